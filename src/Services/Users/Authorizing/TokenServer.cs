using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tessera.Users;

/// <summary>The OpenID Connect server: authorization code with PKCE for people, the device grant for the command line,
/// client credentials for machines.</summary>
internal static class TokenServer
{
    public static void AddTokenServer(this WebApplicationBuilder builder)
    {
        builder.AddDatabaseContext<UsersDb>(context => context.UseOpenIddict());
        builder.Services.AddSingleton<KeyFolder>();
        builder.Services.AddSingleton<WatchKeys>();
        builder.Services.AddHostedService(services => services.GetRequiredService<WatchKeys>());
        builder.Services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(
            services => services.GetRequiredService<WatchKeys>());
        builder.Services.AddSingleton<IKeySource, OwnKeySource>();
        builder.Services.AddSingleton<IEndedSource, OwnEndedSource>();
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<UsersDb>())
            .AddServer(server =>
            {
                server.AllowAuthorizationCodeFlow().AllowClientCredentialsFlow();
                server.AllowDeviceAuthorizationFlow().AllowRefreshTokenFlow();
                server.RequireProofKeyForCodeExchange();
                server.Configure(options => options.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
                server.RegisterScopes(["profile", "email", .. ServiceDefaults.Scopes.All]);
                server.RegisterClaims(Claims.Subject, Claims.Email, Claims.Name);
                server.DisableAccessTokenEncryption(); // The services read them; refresh tokens stay closed.
                server.UseRefreshChains();
                server.ShowRefusals();
                server.NameRefusedScopes();
                // Behind the gateway, on loopback or inside the cluster; TLS ends in front of the gateway.
                server.UseAspNetCore().EnableTokenEndpointPassthrough().EnableAuthorizationEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough().EnableEndSessionEndpointPassthrough()
                    .EnableEndUserVerificationEndpointPassthrough().EnableStatusCodePagesIntegration()
                    .DisableTransportSecurityRequirement();
            });
        builder.Services.AddOptions<OpenIddictServerOptions>()
            .Configure<KeyFolder, IOptions<TesseraOptions>, IOptions<UsersOptions>>(Configure)
            .PostConfigure<KeyFolder>(SignInTurn);
    }

    private static void Configure(
        OpenIddictServerOptions server, KeyFolder folder,
        IOptions<TesseraOptions> tessera, IOptions<UsersOptions> users)
    {
        var keys = folder.Current;
        foreach (var key in keys.Signing) server.SigningCredentials.Add(key.Credentials);
        server.EncryptionCredentials.Add(new EncryptingCredentials(
            keys.Encryption, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        server.Issuer = tessera.Value.PublicUri;
        server.AccessTokenLifetime = users.Value.AccessTokenLifetime;
        server.RefreshTokenLifetime = users.Value.RefreshTokenLifetime;
        server.DeviceCodeLifetime = users.Value.DeviceCodeLifetime;
        server.UserCodeLifetime = users.Value.DeviceCodeLifetime;
        server.RefreshTokenReuseLeeway = users.Value.RefreshTokenLeeway;
        Publish(server.TokenEndpointUris, "connect/token");
        Publish(server.AuthorizationEndpointUris, "connect/authorize");
        Publish(server.DeviceAuthorizationEndpointUris, "connect/device");
        Publish(server.EndUserVerificationEndpointUris, "account/device");
        Publish(server.UserInfoEndpointUris, "connect/userinfo");
        Publish(server.IntrospectionEndpointUris, "connect/introspect");
        Publish(server.EndSessionEndpointUris, "connect/endsession");
        Publish(server.RevocationEndpointUris, "connect/revoke");
        Publish(server.JsonWebKeySetEndpointUris, ".well-known/jwks");
        Publish(server.ConfigurationEndpointUris, ".well-known/openid-configuration");

        // The first address is the one that is published: never what a request says of its own host. The second,
        // relative one is what requests are told apart by, whatever address the gateway reached us at.
        void Publish(List<Uri> addresses, string path)
        {
            addresses.Clear();
            addresses.Add(new Uri(tessera.Value.PublicUri, path));
            addresses.Add(new Uri(path, UriKind.Relative));
        }
    }

    // After the token server's own sorting, which knows no order among keys without certificates.
    private static void SignInTurn(OpenIddictServerOptions server, KeyFolder folder)
    {
        server.SigningCredentials.Clear();
        foreach (var key in folder.Current.Signing) server.SigningCredentials.Add(key.Credentials);
        server.TokenValidationParameters.IssuerSigningKeys = folder.Current.Signing.Select(key => key.Key);
    }
}
