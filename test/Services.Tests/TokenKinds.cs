using System.Security.Cryptography;
using System.Text;
using Microsoft.IdentityModel.Tokens;
using Tessera.Testing.Services;

namespace Tessera.Services.Tests;

/// <summary>Tokens that are good for nothing, each for another reason; all say that an operator holds them.</summary>
internal static class TokenKinds
{
    /// <param name="revoked">A sign-in or token that has ended.</param>
    /// <param name="person">Whom they name; nobody unless said.</param>
    public static IEnumerable<(string Kind, string Token)> Bad(
        TestTokens tokens, string revoked, Guid? person = null)
    {
        var user = person ?? Guid.NewGuid();
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var parts = tokens.Operator(user).Split('.');
        yield return ("no token", "");
        yield return ("nonsense", "nonsense");
        yield return ("expired", tokens.Issue(user, "operator", token =>
        {
            token.IssuedAt = token.NotBefore = now.AddHours(-2);
            token.Expires = now.AddHours(-1);
        }));
        yield return ("not yet valid", tokens.Issue(user, "operator", token => token.NotBefore = now.AddMinutes(30)));
        yield return ("without end", tokens.Issue(user, "operator", token => token.Expires = null));
        yield return ("of another audience", tokens.Issue(user, "operator", token => token.Audience = "others"));
        yield return ("of another issuer", tokens.Issue(user, "operator", token => token.Issuer = "http://elsewhere/"));
        yield return ("of another type", tokens.Issue(user, "operator", token => token.TokenType = "JWT"));
        yield return ("of no user", tokens.Issue(user, "operator", token => token.Claims["sub"] = "root"));
        yield return ("of a sign-in that has ended", tokens.Issue(
            user, "operator", token => token.Claims["oi_au_id"] = revoked));
        yield return ("that was revoked", tokens.Issue(
            user, "operator", token => token.Claims["oi_tkn_id"] = revoked));
        var customers = tokens.Customer(user).Split('.');
        var raised = Base64UrlEncoder.Decode(customers[1]).Replace("customer", "operator", StringComparison.Ordinal);
        yield return ("tampered with", $"{customers[0]}.{Base64UrlEncoder.Encode(raised)}.{customers[2]}");
        var none = Header(tokens, "none");
        yield return ("of no algorithm", $"{none}.{parts[1]}.");
        yield return ("of no algorithm, signed", $"{none}.{parts[1]}.{parts[2]}");
        yield return ("signed with the public key", Hmac(tokens, parts[1]));
        using var stranger = new TestTokens();
        yield return ("of a stranger's key", stranger.Operator(user));
        var claims = Base64UrlEncoder.Decode(parts[1]);
        var header = Base64UrlEncoder.Decode(Header(tokens, "ES256"));
        yield return ("of a stranger's key under our key's name", stranger.Sign(header, claims));
        var critical = Base64UrlEncoder.Decode(Header(tokens, "ES256", ",\"crit\":[\"b64\"]"));
        yield return ("that needs what nobody knows", tokens.Sign(critical, claims));
    }

    private static string Header(TestTokens tokens, string algorithm, string more = "") => Base64UrlEncoder.Encode(
        $$"""{"alg":"{{algorithm}}","typ":"at+jwt","kid":"{{tokens.KeyId}}"{{more}}}""");

    private static string Hmac(TestTokens tokens, string claims)
    {
        var signed = $"{Header(tokens, "HS256")}.{claims}";
        var key = Encoding.ASCII.GetBytes(tokens.PublicKeyPem);
        var signature = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }
}
