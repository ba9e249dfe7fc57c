using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Tessera.ServiceDefaults;

namespace Tessera.PageDefaults;

/// <summary>An app of pages as the browser's part of OpenID Connect: the code with its proof (PKCE) comes here, tokens
/// stay here, the browser gets a cookie that says nothing.</summary>
public static class SessionSetup
{
    /// <summary>The policy of pages for who is signed in. Others are sent to sign in and back.</summary>
    public const string SignedIn = "visitor";

    // With this prefix a browser takes the cookie from this host over TLS alone, whatever neighbours say.
    private const string HostPrefix = "__Host-";

    internal static readonly TimeSpan SessionTime = TimeSpan.FromDays(14);

    public static void AddSession(this WebApplicationBuilder builder, PagesApp app)
    {
        var tessera = builder.Configuration.GetSection(TesseraOptions.Section).Get<TesseraOptions>() ?? new();
        var gateway = new Uri(app.Gateway ?? tessera.PublicUrl);
        var keys = new DirectoryInfo(Path.Combine(tessera.KeyDirectory, app.Name));
        builder.Services.AddSingleton(app);
        OwnerFolder.Make(keys.FullName);
        builder.Services.AddDataProtection().SetApplicationName($"Tessera.{app.Title}").PersistKeysToFileSystem(keys);
        // They lie as the token server's keys do: in a folder for their owner alone.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error);
        builder.Services.AddSingleton<ClientSecret>();
        builder.Services.AddSingleton<SessionFiles>();
        builder.Services.AddSingleton<TypedForms>();
        builder.Services.AddSingleton<RefreshTokens>();
        builder.Services.AddHostedService<SweepSessions>();
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddHttpClient(RefreshTokens.ClientName)
            .ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(5))
            .ConfigurePrimaryHttpMessageHandler(provider => Handler(provider, gateway));
        builder.Services.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie()
            .AddOpenIdConnect(options => Configure(options, app, tessera));
        builder.Services.AddOptions<OpenIdConnectOptions>(OpenIdConnectDefaults.AuthenticationScheme)
            .Configure<IServiceProvider>((options, provider) =>
                options.BackchannelHttpHandler = Handler(provider, gateway));
        builder.Services.AddOptions<CookieAuthenticationOptions>(CookieAuthenticationDefaults.AuthenticationScheme)
            .Configure<SessionFiles, RefreshTokens>((cookie, sessions, refresh) =>
            {
                Configure(cookie.Cookie, $"tessera-{app.Name}", tessera);
                cookie.SessionStore = sessions;
                cookie.ExpireTimeSpan = SessionTime;
                cookie.SlidingExpiration = true;
                cookie.Events.OnValidatePrincipal = refresh.ValidateAsync;
                cookie.Events.OnRedirectToLogin = SignInAsync;
                // Who may not see a page is not told that there is one.
                cookie.Events.OnRedirectToAccessDenied = denied =>
                {
                    app.OnDenied?.Invoke(denied.HttpContext);
                    return denied.HttpContext.RequestServices.GetRequiredService<IFaultPages>()
                        .RefusedAsync(denied.HttpContext, StatusCodes.Status404NotFound);
                };
            });
        builder.Services.AddAuthorizationBuilder().AddPolicy(SignedIn, policy => policy.RequireAuthenticatedUser());
    }

    /// <summary>Whether the browser has the cookie of a session that could not be read just now.</summary>
    public static bool IsUnread(HttpContext context) => SessionFiles.WasUnread(context);

    /// <summary>Whether the browser still has the cookie of a session that is over.</summary>
    public static bool HasEnded(HttpContext context) =>
        context.User.Identity?.IsAuthenticated != true && !IsUnread(context) && context.Request.Cookies.ContainsKey(
            context.RequestServices.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>()
                .Get(CookieAuthenticationDefaults.AuthenticationScheme).Cookie.Name!);

    /// <summary>The store's interface at the gateway, for the pages to ask.</summary>
    public static void AddStoreClient(this IServiceCollection services) =>
        services.AddHttpClient<StoreClient>((provider, http) =>
        {
            http.BaseAddress = provider.GetRequiredService<IOptions<TesseraOptions>>().Value.PublicUri;
            http.Timeout = TimeSpan.FromSeconds(8);
            http.MaxResponseContentBufferSize = 4 * 1024 * 1024;
        }).ConfigurePrimaryHttpMessageHandler(provider => Handler(provider, new Uri(
            provider.GetRequiredService<PagesApp>().Gateway
            ?? provider.GetRequiredService<IOptions<TesseraOptions>>().Value.PublicUrl)));

    private static ToGateway Handler(IServiceProvider provider, Uri gateway) => new(
        gateway, provider.GetRequiredService<IOptions<TesseraOptions>>().Value,
        provider.GetRequiredService<IHttpContextAccessor>())
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

    private static async Task SignInAsync(RedirectContext<CookieAuthenticationOptions> login)
    {
        var (context, services) = (login.HttpContext, login.HttpContext.RequestServices);
        if (!IsUnread(context))
        {
            await context.ChallengeAsync(OpenIdConnectDefaults.AuthenticationScheme, login.Properties);
            return;
        }
        // Who may be signed in is not asked to sign in because a disk failed: what was typed waits for the next try.
        await services.GetRequiredService<TypedForms>().KeepAsync(context);
        await services.GetRequiredService<IFaultPages>()
            .RefusedAsync(context, StatusCodes.Status503ServiceUnavailable);
    }

    private static void Configure(OpenIdConnectOptions options, PagesApp app, TesseraOptions tessera)
    {
        options.Authority = tessera.PublicUri.AbsoluteUri;
        options.RequireHttpsMetadata = tessera.PublicUri.Scheme == Uri.UriSchemeHttps;
        options.ClientId = app.Client;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // Not by a form from another page, which a browser would send without the cookie of this sign-in.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = true;
        options.MapInboundClaims = false;
        options.CallbackPath = app.SignedInPath;
        options.PushedAuthorizationBehavior = PushedAuthorizationBehavior.Disable;
        options.Scope.Clear();
        options.Scope.Add("openid");
        options.Scope.Add("offline_access");
        options.BackchannelTimeout = TimeSpan.FromSeconds(5);
        options.TokenValidationParameters.NameClaimType = "sub";
        Configure(options.CorrelationCookie, app.CookieName("signing-in."), tessera);
        Configure(options.NonceCookie, app.CookieName("nonce."), tessera);
        options.Events.OnRedirectToIdentityProvider = context =>
        {
            if (app.GuestPage is { } page && context.Properties.RedirectUri is { } back
                && new PathString(back.Split('?')[0]).StartsWithSegments(page, StringComparison.Ordinal))
            {
                context.ProtocolMessage.SetParameter("guest", "offered");
            }
            return context.HttpContext.RequestServices.GetRequiredService<TypedForms>().KeepAsync(context.HttpContext);
        };
        options.Events.OnAuthorizationCodeReceived = context =>
        {
            context.TokenEndpointRequest!.ClientSecret =
                context.HttpContext.RequestServices.GetRequiredService<ClientSecret>().Read();
            return Task.CompletedTask;
        };
        options.Events.OnTokenValidated = context =>
        {
            AddRole(context);
            return Task.CompletedTask;
        };
        // An old page, or a second window: begin again, which is one step for who is signed in already.
        options.Events.OnRemoteFailure = context =>
        {
            context.HandleResponse();
            context.Response.Redirect($"{app.Root}/sign-in-failed");
            return Task.CompletedTask;
        };
    }

    /// <summary>The person's role stands in the access token, which comes here from the token endpoint itself. It
    /// says which pages are shown; what the services do for the token they decide themselves.</summary>
    private static void AddRole(TokenValidatedContext context)
    {
        if (context.TokenEndpointResponse?.AccessToken is not { } token) return;
        if (new JsonWebToken(token).TryGetPayloadValue<string>(PagesApp.RoleClaim, out var role))
            ((ClaimsIdentity)context.Principal!.Identity!).AddClaim(new Claim(PagesApp.RoleClaim, role));
    }
}
