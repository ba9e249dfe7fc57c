using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Web.Tests.Sessions;

public sealed class SessionFilesTests : IDisposable
{
    private readonly TemporaryFolder _data = new("sessions");
    private readonly SessionFiles _sessions;

    public SessionFilesTests() => _sessions = new SessionFiles(
        new EphemeralDataProtectionProvider(), new PagesApp("Web", "web"),
        Options.Create(new TesseraOptions { DataDirectory = _data.Path }));

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Are_removed_with_their_locks_when_nobody_has_come_back_and_no_sooner()
    {
        var (old, current) = (await _sessions.StoreAsync(Ticket()), await _sessions.StoreAsync(Ticket()));
        foreach (var key in new[] { old, current })
        {
            await using var held = _sessions.TryLock(key);
        }
        var before = TimeProvider.System.GetUtcNow().AddDays(-15);
        foreach (var file in Directory.GetFiles(Folder))
            File.SetLastWriteTimeUtc(file, before.UtcDateTime.AddHours(-1));
        await _sessions.RenewAsync(current, Ticket()); // As each visit does, now and then.
        _sessions.RemoveUnusedSince(before);
        Assert.Null(await _sessions.RetrieveAsync(old));
        Assert.NotNull(await _sessions.RetrieveAsync(current));
        Assert.Single(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Have_not_gone_because_one_cannot_be_read()
    {
        var key = await _sessions.StoreAsync(Ticket());
        var file = Assert.Single(Directory.GetFiles(Folder));
        await using (new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAnyAsync<IOException>(() => _sessions.RetrieveAsync(key));
        Assert.NotNull(await _sessions.RetrieveAsync(key));
        await _sessions.RemoveAsync(key);
        Assert.Null(await _sessions.RetrieveAsync(key));
    }

    [Fact]
    public async Task Go_on_under_another_name_when_somebody_signs_in()
    {
        var key = await _sessions.StoreAsync(PretendedSession.TicketOf("ada"));
        Assert.Equal("ada", SessionFiles.OwnerOf(key));
        var context = new DefaultHttpContext { Request = { Path = "/signed-in" } };
        Assert.Null(await _sessions.RetrieveAsync(key, context, TestContext.Current.CancellationToken));
        Assert.Null(await _sessions.RetrieveAsync(key));
    }

    [Fact]
    public void Need_not_be_there_to_be_removed() =>
        Assert.Equal(0, _sessions.RemoveUnusedSince(TimeProvider.System.GetUtcNow()));

    private string Folder => Path.Combine(_data.Path, "web", "sessions");

    private static AuthenticationTicket Ticket() =>
        new(new ClaimsPrincipal(new ClaimsIdentity("test")), new AuthenticationProperties(), "test");
}
