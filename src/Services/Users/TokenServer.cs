using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tessera.MessagingDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>The OpenID Connect server: password and refresh grants now; further grants are switched on here.</summary>
internal static class TokenServer
{
    public static void AddTokenServer(this WebApplicationBuilder builder)
    {
        builder.AddDatabaseContext<UsersDb>(context => context.UseOpenIddict());
        builder.Services.AddSingleton<KeyFolder>();
        builder.Services.AddSingleton<IKeySource, OwnKeySource>();
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<UsersDb>())
            .AddServer(server =>
            {
                server.SetTokenEndpointUris("connect/token")
                    .SetRevocationEndpointUris("connect/revoke")
                    .SetJsonWebKeySetEndpointUris(".well-known/jwks")
                    .SetConfigurationEndpointUris(".well-known/openid-configuration");
                server.AllowPasswordFlow().AllowRefreshTokenFlow();
                server.AcceptAnonymousClients();
                server.RegisterScopes(OpenIddictConstants.Scopes.OfflineAccess);
                server.DisableAccessTokenEncryption(); // The services read them; refresh tokens stay closed.
                // A rotated refresh token that comes again was stolen, or its answer was lost:
                // either way it is refused.
                server.SetRefreshTokenReuseLeeway(TimeSpan.Zero);
                // Behind the gateway, on loopback or inside the cluster; TLS ends in front of the gateway.
                server.UseAspNetCore().EnableTokenEndpointPassthrough().DisableTransportSecurityRequirement();
            });
        builder.Services.AddOptions<OpenIddictServerOptions>()
            .Configure<KeyFolder, IOptions<TesseraOptions>, IOptions<UsersOptions>>(Configure);
    }

    private static void Configure(
        OpenIddictServerOptions server, KeyFolder folder,
        IOptions<TesseraOptions> tessera, IOptions<UsersOptions> users)
    {
        var keys = folder.Load();
        foreach (var key in keys.Signing)
            server.SigningCredentials.Add(new SigningCredentials(key, SecurityAlgorithms.RsaSha256));
        server.EncryptionCredentials.Add(new EncryptingCredentials(
            keys.Encryption, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        server.Issuer = tessera.Value.IssuerUri;
        server.AccessTokenLifetime = users.Value.AccessTokenLifetime;
        server.RefreshTokenLifetime = users.Value.RefreshTokenLifetime;
    }
}
