using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tessera.EndToEnd;

/// <summary>Tokens that must not be taken, made of a good one; some with the store's own key.</summary>
internal sealed class Tokens(string data)
{
    private static readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Expired(string good) => Sign(good, SigningKey(), claims =>
    {
        claims["iat"] = Seconds(TimeSpan.FromHours(-2));
        claims["exp"] = Seconds(TimeSpan.FromHours(-1));
    });

    public string ForAnotherAudience(string good) =>
        Sign(good, SigningKey(), claims => claims["aud"] = "somebody-else");

    public static string SignedByAStranger(string good)
    {
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(good, new ECDsaSecurityKey(stranger) { KeyId = new JsonWebToken(good).Kid }, _ => { });
    }

    /// <summary>The role is changed, the signature left as it was.</summary>
    public static string Tampered(string good)
    {
        var parts = good.Split('.');
        var claims = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(parts[1]));
        parts[1] = Base64UrlEncoder.Encode(claims.Replace("customer", "operator", StringComparison.Ordinal));
        return string.Join('.', parts);
    }

    public static string Unsigned(string good) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"at+jwt"}""")}.{good.Split('.')[1]}.";

    private static string Sign(string good, SecurityKey key, Action<Dictionary<string, object>> change)
    {
        var json = Encoding.UTF8.GetString(Base64UrlEncoder.DecodeBytes(good.Split('.')[1]));
        var claims = JsonSerializer.Deserialize<Dictionary<string, object>>(json)!;
        change(claims);
        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = "at+jwt",
            Claims = claims,
            SigningCredentials = new SigningCredentials(key, SecurityAlgorithms.EcdsaSha256),
        });
    }

    private ECDsaSecurityKey SigningKey()
    {
        var curve = ECDsa.Create();
        curve.ImportFromPem(File.ReadAllText(Directory.GetFiles(Path.Combine(data, "keys"), "signing-*.pem").Max()!));
        var key = new ECDsaSecurityKey(curve);
        key.KeyId = Base64UrlEncoder.Encode(key.ComputeJwkThumbprint());
        return key;
    }

    private static long Seconds(TimeSpan fromNow) => (TimeProvider.System.GetUtcNow() + fromNow).ToUnixTimeSeconds();
}
