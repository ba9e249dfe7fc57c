using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Tessera.Users.Sessions;

namespace Tessera.Users.Pages;

/// <summary>Who is signed in at the pages. The cookie holds the user (<c>sub</c>) and the session (<c>sid</c>), sealed
/// by keys in the data folder that all replicas read.</summary>
internal static class AccountCookie
{
    public const string Scheme = "Account";

    /// <summary>The policy of pages for who is signed in. Others are sent to the sign-in page and back.</summary>
    public const string Policy = "account";

    public const string Subject = "sub";
    public const string Session = "sid";

    /// <summary>By what the person has proved who it is: a <see cref="SignInMethod"/>.</summary>
    public const string Method = "method";

    /// <summary>When, in seconds since 1970.</summary>
    public const string SignedInAt = "at";

    // With this prefix a browser takes the cookie from this host over TLS alone, whatever neighbours say.
    private const string HostPrefix = "__Host-";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public static void AddAccountCookie(this WebApplicationBuilder builder)
    {
        var tessera = builder.Configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>() ?? new();
        var keys = new DirectoryInfo(Path.Combine(tessera.KeyDirectory, "pages"));
        builder.Services.AddDataProtection()
            .SetApplicationName("Tessera.Users").PersistKeysToFileSystem(keys);
        builder.Services.AddSingleton<IStartupFilter>(new MakeFolder(keys.FullName));
        // They lie as the token server's keys do: in a folder for their owner alone.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddAuthentication().AddCookie(Scheme);
        builder.Services.AddOptions<CookieAuthenticationOptions>(Scheme)
            .Configure<IOptions<TesseraOptions>, IOptions<UsersOptions>>(Configure);
        builder.Services.AddAntiforgery();
        builder.Services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>()
            .Configure<IOptions<TesseraOptions>>((antiforgery, options) =>
            {
                Configure(antiforgery.Cookie, "tessera-form", options.Value);
                antiforgery.FormFieldName = "form-token";
                antiforgery.HeaderName = "X-Form-Token";
                antiforgery.SuppressXFrameOptionsHeader = true; // The policy of the page says it for all pages.
            });
        builder.Services.AddAuthorizationBuilder().AddPolicy(
            Policy, policy => policy.AddAuthenticationSchemes(Scheme).RequireAuthenticatedUser());
    }

    /// <summary>Signs the user in under a session of its own: one that was there before the password is not taken
    /// over, whoever made it.</summary>
    public static Task SignInAsync(
        HttpContext context, Guid user, Guid session, string method, DateTimeOffset now)
    {
        var at = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var identity = new ClaimsIdentity(
            [
                new(Subject, user.ToString("D")), new(Session, session.ToString("D")), new(Method, method),
                new(SignedInAt, at),
            ],
            Scheme, Subject, "role");
        return context.SignInAsync(Scheme, new ClaimsPrincipal(identity));
    }

    /// <summary>The signed-in user, or null.</summary>
    public static Guid? UserOf(ClaimsPrincipal principal) => IdOf(principal, Subject);

    /// <summary>For pages that are for who is signed in.</summary>
    public static Guid RequiredUserOf(ClaimsPrincipal principal) => UserOf(principal)
        ?? throw new InvalidOperationException("The page is not for who is signed in: add its policy.");

    public static Guid? SessionOf(ClaimsPrincipal principal) => IdOf(principal, Session);

    private static Guid? IdOf(ClaimsPrincipal principal, string claim) =>
        principal.Identity?.AuthenticationType == Scheme && Guid.TryParse(principal.FindFirstValue(claim), out var id)
            ? id
            : null;

    private static void Configure(
        CookieAuthenticationOptions cookie, IOptions<TesseraOptions> tessera, IOptions<UsersOptions> users)
    {
        Configure(cookie.Cookie, "tessera-account", tessera.Value);
        cookie.ExpireTimeSpan = users.Value.SessionLifetime;
        cookie.SlidingExpiration = false;
        // Relative: the address that we are reached at behind the gateway is nobody's business.
        cookie.Events.OnValidatePrincipal = RefuseEndedAsync;
        cookie.Events.OnRedirectToLogin = Redirect;
        cookie.Events.OnRedirectToAccessDenied = Redirect;
        cookie.Events.OnRedirectToReturnUrl = _ => Task.CompletedTask; // Pages say themselves where to go.
    }

    private static async Task RefuseEndedAsync(CookieValidatePrincipalContext context)
    {
        var sessions = context.HttpContext.RequestServices.GetRequiredService<SessionStore>();
        var isAlive = context.Principal is { } principal
            && UserOf(principal) is { } user && SessionOf(principal) is { } session
            && await sessions.IsAliveAsync(user, session, context.HttpContext.RequestAborted);
        if (!isAlive) context.RejectPrincipal();
    }

    private static void Configure(CookieBuilder cookie, string name, TesseraOptions tessera)
    {
        var isSecure = tessera.PublicUri.Scheme == Uri.UriSchemeHttps;
        cookie.Name = isSecure ? HostPrefix + name : name;
        cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax; // The way here from an application is a link from another site.
        cookie.Path = "/";
        cookie.IsEssential = true;
    }

    private static Task Redirect(RedirectContext<CookieAuthenticationOptions> context)
    {
        var request = context.Request;
        var back = HttpMethods.IsGet(request.Method) ? request.Path + request.QueryString : AccountPages.Overview;
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.Location = ReturnUrl.AddTo(AccountPages.SignIn, back);
        return Task.CompletedTask;
    }

    /// <summary>Before the first key is written.</summary>
    private sealed class MakeFolder(string folder) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, OwnerOnly);
            return next;
        }
    }
}
