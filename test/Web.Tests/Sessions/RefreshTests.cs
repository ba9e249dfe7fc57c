using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Testing;
using Tessera.Web.Tests.Calling;

namespace Tessera.Web.Tests.Sessions;

public sealed class RefreshTests : IDisposable
{
    private readonly TemporaryFolder _data = new("refresh");

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task Keeps_the_new_tokens_of_a_visitor_who_clicks_on_meanwhile()
    {
        var app = new PagesApp("Web", "web");
        var tessera = Options.Create(
            new TesseraOptions { DataDirectory = _data.Path, ClientSecrets = { ["web"] = "secret" } });
        var sessions = new SessionFiles(new EphemeralDataProtectionProvider(), app, tessera);
        using var visit = new CancellationTokenSource();
        using var users = new Pretended(_ =>
        {
            visit.Cancel(); // Users has rotated the token, and the browser no longer waits for the page.
            return Pretended.Json(new { access_token = "new", refresh_token = "rotated", expires_in = 900 });
        });
        var refresh = new RefreshTokens(
            sessions, app, new Clients(users), new ClientSecret(app, tessera), tessera, TimeProvider.System);
        var properties = new AuthenticationProperties();
        properties.StoreTokens(
        [
            new() { Name = "access_token", Value = "old" }, new() { Name = "refresh_token", Value = "used" },
            new() { Name = "expires_at", Value = "2026-01-01T00:00:00Z" },
        ]);
        var ticket = new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity("test")), properties,
            CookieAuthenticationDefaults.AuthenticationScheme);
        var key = await sessions.StoreAsync(ticket);
        var scheme = new AuthenticationScheme("Cookies", null, typeof(CookieAuthenticationHandler));
        await refresh.ValidateAsync(new CookieValidatePrincipalContext(
            new DefaultHttpContext { RequestAborted = visit.Token }, scheme, new CookieAuthenticationOptions(),
            ticket));
        var kept = await sessions.RetrieveAsync(key);
        Assert.Equal("rotated", kept?.Properties.GetTokenValue("refresh_token"));
    }

    private sealed class Clients(HttpMessageHandler handler) : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(handler, disposeHandler: false);
    }
}
