using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Web.Tests.Sessions;

/// <summary>Somebody whom a storefront on this data folder knows as signed in.</summary>
internal static class PretendedSession
{
    private const string Scheme = "Cookies";

    /// <summary>Before the storefront starts, which else makes keys of its own.</summary>
    /// <returns>What the browser sends.</returns>
    public static async Task<string> BeginAsync(string data, string subject = "ada")
    {
        var tessera = new TesseraOptions { DataDirectory = data };
        var protection = DataProtectionProvider.Create(
            new DirectoryInfo(Path.Combine(tessera.KeyDirectory, "web")), app => app.SetApplicationName("Tessera.Web"));
        var sessions = new SessionFiles(protection, new PagesApp("Web", "web"), Options.Create(tessera));
        return "tessera-web=" + Format(protection).Protect(CookieOf(await sessions.StoreAsync(TicketOf(subject))));
    }

    public static TicketDataFormat Format(IDataProtectionProvider protection) => new(protection.CreateProtector(
        "Microsoft.AspNetCore.Authentication.Cookies.CookieAuthenticationMiddleware", Scheme, "v2"));

    /// <summary>What stands in the browser's cookie.</summary>
    public static AuthenticationTicket CookieOf(string session) => new(
        new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim("Microsoft.AspNetCore.Authentication.Cookies-SessionId", session)])), null, Scheme);

    public static AuthenticationTicket TicketOf(string subject)
    {
        var now = TimeProvider.System.GetUtcNow();
        var properties = new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddDays(14) };
        properties.StoreTokens(
        [
            new() { Name = "access_token", Value = "access" }, new() { Name = "refresh_token", Value = "refresh" },
            new() { Name = "expires_at", Value = now.AddHours(1).ToString("o", CultureInfo.InvariantCulture) },
        ]);
        return new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", subject)], "test", "sub", PagesApp.RoleClaim)),
            properties, Scheme);
    }
}
