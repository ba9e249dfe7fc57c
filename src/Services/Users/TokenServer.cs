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
        builder.Services.AddSingleton<IErasedSource, OwnErasedSource>();
        builder.Services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<UsersDb>())
            .AddServer(server =>
            {
                server.AllowPasswordFlow().AllowRefreshTokenFlow();
                server.AcceptAnonymousClients();
                server.RegisterScopes(OpenIddictConstants.Scopes.OfflineAccess);
                server.DisableAccessTokenEncryption(); // The services read them; refresh tokens stay closed.
                server.UseRefreshChains();
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
        server.RefreshTokenReuseLeeway = users.Value.RefreshTokenLeeway;
        Publish(server.TokenEndpointUris, "connect/token");
        Publish(server.RevocationEndpointUris, "connect/revoke");
        Publish(server.JsonWebKeySetEndpointUris, ".well-known/jwks");
        Publish(server.ConfigurationEndpointUris, ".well-known/openid-configuration");

        // The first address is the one that is published: never what a request says of its own host. The second,
        // relative one is what requests are told apart by, whatever address the gateway reached us at.
        void Publish(List<Uri> addresses, string path)
        {
            addresses.Clear();
            addresses.Add(new Uri(tessera.Value.IssuerUri, path));
            addresses.Add(new Uri(path, UriKind.Relative));
        }
    }
}
