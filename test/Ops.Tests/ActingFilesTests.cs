using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Ops.Acting;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Ops.Tests;

/// <summary>What is kept of whom operators act for.</summary>
public sealed class ActingFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new("acting");
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_has_ended_goes_when_somebody_begins_and_what_lasts_stays()
    {
        var files = Files();
        files.Begin(SessionOf("closed"), Acting(minutes: 15));
        files.Begin(SessionOf("olga"), Acting(minutes: 30));
        var folder = Path.Combine(_folder.Path, "ops", "acting");
        var stranger = Path.Combine(folder, "of-keys-that-are-gone");
        File.WriteAllText(stranger, "sealed otherwise");
        var (halfOld, half) = (Path.Combine(folder, "old.new"), Path.Combine(folder, "fresh.new"));
        File.WriteAllText(halfOld, "");
        File.WriteAllText(half, "");
        File.SetLastWriteTimeUtc(halfOld, _clock.GetUtcNow().UtcDateTime);
        _clock.Advance(TimeSpan.FromMinutes(16));
        File.SetLastWriteTimeUtc(half, _clock.GetUtcNow().UtcDateTime);

        files.Begin(SessionOf("ines"), Acting(minutes: 15));
        Assert.Equal(3, Directory.GetFiles(folder).Length);
        Assert.True(File.Exists(half)); // Another replica writes it just now.
        Assert.NotNull(files.Find(SessionOf("olga")));
        Assert.NotNull(files.Find(SessionOf("ines")));
        Assert.Null(files.Find(SessionOf("closed")));
    }

    private ActingFor Acting(int minutes) =>
        new(Guid.NewGuid(), null, "asked by telephone", "token", _clock.GetUtcNow().AddMinutes(minutes));

    private ActingFiles Files() => new(
        new EphemeralDataProtectionProvider(),
        Options.Create(new TesseraOptions { DataDirectory = _folder.Path }), _clock);

    private static DefaultHttpContext SessionOf(string who)
    {
        var properties = new AuthenticationProperties { Items = { [".session"] = who } };
        var context = new DefaultHttpContext();
        context.Features.Set<IAuthenticateResultFeature>(new Session(
            AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(), properties, "test"))));
        return context;
    }

    private sealed class Session(AuthenticateResult result) : IAuthenticateResultFeature
    {
        public AuthenticateResult? AuthenticateResult { get; set; } = result;
    }
}
