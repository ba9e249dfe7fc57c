using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tessera.ServiceDefaults;

namespace Tessera.Web.Session;

/// <summary>The storefront as the browser's part of OpenID Connect: the code with its proof (PKCE) comes here, tokens
/// stay here, the browser gets a cookie that says nothing.</summary>
internal static class SessionSetup
{
    /// <summary>The policy of pages for who is signed in. Others are sent to sign in and back.</summary>
    public const string SignedIn = "visitor";

    // With this prefix a browser takes the cookie from this host over TLS alone, whatever neighbours say.
    private const string HostPrefix = "__Host-";
    private static readonly TimeSpan sessionTime = TimeSpan.FromDays(14);

    public static void AddSession(this WebApplicationBuilder builder)
    {
        var tessera = builder.Configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>() ?? new();
        var web = builder.Configuration.GetSection(WebOptions.Section).Get<WebOptions>() ?? new();
        var gateway = new Uri(web.Gateway ?? tessera.PublicUrl);
        var keys = new DirectoryInfo(Path.Combine(tessera.KeyDirectory, "web"));
        OwnerFolder.Make(keys.FullName);
        builder.Services.AddDataProtection().SetApplicationName("Tessera.Web").PersistKeysToFileSystem(keys);
        // They lie as the token server's keys do: in a folder for their owner alone.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddSingleton<ClientSecret>();
        builder.Services.AddSingleton<SessionFiles>();
        builder.Services.AddSingleton<RefreshTokens>();
        builder.Services.AddHttpClient(RefreshTokens.ClientName)
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(5))
            .ConfigurePrimaryHttpMessageHandler(() => Handler(gateway));
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddOpenIdConnect(options => Configure(options, tessera, gateway));
        builder.Services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<SessionFiles, RefreshTokens>((cookie, sessions, refresh) =>
            {
                Configure(cookie.Cookie, "tessera-web", tessera);
                cookie.SessionStore = sessions;
                cookie.ExpireTimeSpan = sessionTime;
                cookie.SlidingExpiration = true;
                cookie.Events.OnValidatePrincipal = refresh.ValidateAsync;
                cookie.ForwardChallenge = OpenIdConnectDefaults.AuthenticationScheme;
            });
        builder.Services.AddAuthorizationBuilder().AddPolicy(SignedIn, policy => policy.RequireAuthenticatedUser());
    }

    public static HttpMessageHandler Handler(Uri gateway) => new ToGateway(gateway)
    {
        InnerHandler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(1),
        },
    };

    public static void Configure(CookieBuilder cookie, string name, TesseraOptions tessera)
    {
        var isSecure = tessera.PublicUri.Scheme == Uri.UriSchemeHttps;
        cookie.Name = isSecure ? HostPrefix + name : name;
        cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax; // The way back from the sign-in, or from a mail, is a link.
        cookie.Path = "/";
        cookie.IsEssential = true;
    }

    private static void Configure(OpenIdConnectOptions options, TesseraOptions tessera, Uri gateway)
    {
        options.Authority = tessera.PublicUri.AbsoluteUri;
        options.RequireHttpsMetadata = tessera.PublicUri.Scheme == Uri.UriSchemeHttps;
        options.ClientId = ClientSecret.Client;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // Not by a form from another page, which a browser would send without the cookie of this sign-in.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = true;
        options.MapInboundClaims = false;
        options.CallbackPath = "/signed-in";
        options.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        options.Scope.Clear();
        options.Scope.Add("openid");
        options.Scope.Add("offline_access");
        options.BackchannelHttpHandler = Handler(gateway);
        options.BackchannelTimeout = TimeSpan.FromSeconds(5);
        options.TokenValidationParameters.NameClaimType = "sub";
        Configure(options.CorrelationCookie, "tessera-signing-in.", tessera);
        Configure(options.NonceCookie, "tessera-nonce.", tessera);
        options.Events.OnAuthorizationCodeReceived = context =>
        {
            context.TokenEndpointRequest!.ClientSecret =
                context.HttpContext.RequestServices.GetRequiredService<ClientSecret>().Read();
            return Task.CompletedTask;
        };
        // An old page, or a second window: begin again, which is one step for who is signed in already.
        options.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect("/sign-in-failed");
            return Task.CompletedTask;
        };
    }
}
