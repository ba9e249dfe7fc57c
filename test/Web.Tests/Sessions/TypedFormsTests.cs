using System.Text;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Microsoft.Net.Http.Headers;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Testing;

namespace Tessera.Web.Tests.Sessions;

public sealed class TypedFormsTests : IDisposable
{
    private const string Path = "/profile/name";
    private readonly TemporaryFolder _data = new("typed");
    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly TypedForms _forms;

    private readonly SessionFiles _sessions;
    private readonly CookieAuthenticationOptions _cookie = new() { Cookie = { Name = "tessera-web" } };

    public TypedFormsTests()
    {
        var protection = new EphemeralDataProtectionProvider();
        var app = new PagesApp("Web", "web") { ShowsTyped = true };
        var tessera = Options.Create(new TesseraOptions { DataDirectory = _data.Path });
        _cookie.TicketDataFormat = PretendedSession.Format(protection);
        _sessions = new SessionFiles(protection, app, tessera);
        _forms = new TypedForms(protection, app, tessera, new Always(_cookie), _clock);
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Are_shown_to_nobody_but_who_was_signed_in_and_dropped_when_another_signs_in()
    {
        var cookie = await KeepAsync("name=Ada", by: "ada");
        Assert.Null(await TakeAsync(cookie)); // Nobody is signed in yet.
        Assert.Equal("Ada", (await TakeAsync(cookie, reader: "ada"))?["name"].ToString());

        cookie = await KeepAsync("name=Ada", by: "ada");
        Assert.Null(await TakeAsync(cookie, reader: "grace"));
        Assert.Null(await TakeAsync(cookie, reader: "ada"));
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task Are_of_who_was_signed_in_when_the_session_has_ended_and_only_the_cookie_says_so()
    {
        var key = await _sessions.StoreAsync(PretendedSession.TicketOf("ada"));
        var session = "tessera-web=" + _cookie.TicketDataFormat.Protect(PretendedSession.CookieOf(key));
        await _sessions.RemoveAsync(key);
        Assert.Null(await TakeAsync(await KeepAsync("name=Ada", session: session), reader: "grace"));
        Assert.NotNull(await TakeAsync(await KeepAsync("name=Ada", session: session), reader: "ada"));
    }

    [Fact]
    public async Task Of_a_guest_are_shown_to_who_signs_in_at_the_browser()
    {
        Assert.NotNull(await TakeAsync(await KeepAsync("name=Grace"), reader: "grace"));
        Assert.NotNull(await TakeAsync(await KeepAsync("name=Grace", session: "tessera-web=torn"), reader: "grace"));
    }

    [Fact]
    public async Task Are_given_back_once_to_the_browser_that_sent_them()
    {
        var cookie = await KeepAsync("name=Grace+Hopper");
        Assert.Null(await TakeAsync("tessera-typed=another"));
        Assert.Null(await TakeAsync(cookie, "/profile/addresses"));
        Assert.Equal("Grace Hopper", (await TakeAsync(cookie))?["name"].ToString());
        Assert.Null(await TakeAsync(cookie));
    }

    [Fact]
    public async Task Wait_for_the_page_that_they_are_of()
    {
        var cookie = await KeepAsync("sku=PENCIL&quantity=50");
        Assert.Null(await TakeAsync(cookie, fits: form => form["sku"] == "LAPTOP"));
        Assert.Equal("50", (await TakeAsync(cookie, fits: form => form["sku"] == "PENCIL"))?["quantity"].ToString());
    }

    [Fact]
    public async Task Are_forgotten_after_a_while()
    {
        var cookie = await KeepAsync("name=Grace");
        _clock.Advance(TypedForms.KeptFor + TimeSpan.FromSeconds(1));
        Assert.Null(await TakeAsync(cookie));
    }

    [Fact]
    public async Task Are_read_by_nobody_who_has_the_folder()
    {
        var cookie = await KeepAsync("name=Grace");
        var file = Assert.Single(Directory.GetFiles(Folder));
        Assert.DoesNotContain("Grace", await File.ReadAllTextAsync(file, Stop), StringComparison.Ordinal);
        Assert.DoesNotContain(System.IO.Path.GetFileName(file), cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cross-site", 10)]
    [InlineData("same-site", 10)]
    [InlineData("same-origin", 16 * 1024 + 1)]
    public async Task Are_only_what_a_page_of_ours_has_sent_and_of_a_size_that_people_type(string site, int length)
    {
        Assert.Equal("", await KeepAsync("name=" + new string('a', length - 5), site));
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Are_a_bounded_number_and_make_room_when_they_are_old()
    {
        await KeepAsync("name=Grace");
        for (var number = 1; number < TypedForms.FormsMax; number++)
            await File.WriteAllTextAsync(System.IO.Path.Combine(Folder, $"{number}"), "", Stop);
        Assert.Equal("", await KeepAsync("name=Ada"));
        Assert.Equal(TypedForms.FormsMax, Directory.GetFiles(Folder).Length);
        foreach (var file in Directory.GetFiles(Folder))
            File.SetLastWriteTimeUtc(file, (_clock.GetUtcNow() - 2 * TypedForms.KeptFor).UtcDateTime);
        Assert.NotEqual("", await KeepAsync("name=Ada"));
        Assert.Single(Directory.GetFiles(Folder));
        File.SetLastWriteTimeUtc(
            Directory.GetFiles(Folder)[0], (_clock.GetUtcNow() - 2 * TypedForms.KeptFor).UtcDateTime);
        Assert.Equal(0, _forms.RemoveOld());
        Assert.Empty(Directory.GetFiles(Folder));
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private string Folder => System.IO.Path.Combine(_data.Path, "web", "typed");

    /// <returns>What the browser sends from now on; empty when it has been given nothing.</returns>
    private async Task<string> KeepAsync(
        string form, string site = "same-origin", string? by = null, string? session = null)
    {
        var body = Encoding.UTF8.GetBytes(form);
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = Path;
        context.Request.ContentType = "application/x-www-form-urlencoded";
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body);
        context.Request.Headers["Sec-Fetch-Site"] = site;
        if (session is not null) context.Request.Headers.Cookie = session;
        if (by is not null) context.User = PretendedSession.TicketOf(by).Principal;
        await _forms.KeepAsync(context);
        return context.Response.Headers.SetCookie is [{ } set]
            && SetCookieHeaderValue.TryParse(set, out var cookie) ? $"{cookie.Name}={cookie.Value}" : "";
    }

    private Task<IFormCollection?> TakeAsync(
        string cookie, string path = Path, Func<IFormCollection, bool>? fits = null, string? reader = null)
    {
        var context = new DefaultHttpContext();
        if (reader is not null) context.User = PretendedSession.TicketOf(reader).Principal;
        context.Request.Headers.Cookie = cookie;
        return _forms.TakeAsync(context, path, fits);
    }

    private sealed class Always(CookieAuthenticationOptions options) : IOptionsMonitor<CookieAuthenticationOptions>
    {
        public CookieAuthenticationOptions CurrentValue => options;

        public CookieAuthenticationOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<CookieAuthenticationOptions, string?> listener) => null;
    }
}
