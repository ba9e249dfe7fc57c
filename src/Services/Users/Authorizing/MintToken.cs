using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Makes access tokens (RFC 9068) that no grant of the token server stands for.</summary>
internal sealed class MintToken(KeyFolder keys, IOptions<TesseraOptions> tessera, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Of(
        Account account, Guid id, string client, IEnumerable<string> scopes, TimeSpan lifetime, Guid? actor = null)
    {
        var now = clock.GetUtcNow();
        var claims = new Dictionary<string, object>
        {
            ["sub"] = account.Id.ToString("D"),
            ["role"] = account.Roles,
            ["jti"] = id.ToString("D"),
            ["client_id"] = client,
            ["scope"] = string.Join(' ', scopes),
        };
        if (actor is { } who) claims["act"] = new Dictionary<string, object> { ["sub"] = who.ToString("D") };
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Issuer = tessera.Value.PublicUri.AbsoluteUri,
            Audience = tessera.Value.Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (now + lifetime).UtcDateTime,
            SigningCredentials = keys.Current.Signer.Credentials,
            Claims = claims,
        });
    }
}
