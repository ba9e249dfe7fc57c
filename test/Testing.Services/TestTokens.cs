using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Tessera.ServiceDefaults;

namespace Tessera.Testing.Services;

/// <summary>Access tokens as Users issues them, by a key that the services find in their data folder.</summary>
public sealed class TestTokens : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TestTokens() => KeyId = Base64UrlEncoder.Encode(new ECDsaSecurityKey(_key).ComputeJwkThumbprint());

    /// <summary>The key's name, as Users would call it.</summary>
    public string KeyId { get; }

    public string PublicKeyPem => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>Publishes the key where services look when Users is away.</summary>
    public void WriteKeys(string dataDirectory)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataDirectory, "keys")).FullName;
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        var (x, y) = (Base64UrlEncoder.Encode(point.X), Base64UrlEncoder.Encode(point.Y));
        File.WriteAllText(Path.Combine(folder, "jwks.json"), JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "EC", use = "sig", alg = "ES256", kid = KeyId, crv = "P-256", x, y } },
        }));
    }

    /// <summary>Gives Users this key for its own, before it starts for the first time.</summary>
    public void WriteSigningKey(string dataDirectory)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataDirectory, "keys")).FullName;
        File.WriteAllText(Path.Combine(folder, "signing-20260101000000.pem"), _key.ExportPkcs8PrivateKeyPem());
    }

    public string Customer(Guid user) => Issue(user, "customer");

    public string Operator(Guid user) => Issue(user, "operator");

    /// <summary>A token that no person stands behind.</summary>
    public string Machine(params string[] scopes) => Issue(
        Guid.NewGuid(), "machine", token => token.Claims["scope"] = string.Join(' ', scopes));

    /// <summary>A token that differs from a good one in what <paramref name="change"/> says.</summary>
    public string Issue(Guid user, string role, Action<SecurityTokenDescriptor>? change = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = "http://127.0.0.1:8080/",
            Audience = "tessera",
            TokenType = "at+jwt",
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddHours(1),
            Claims = new Dictionary<string, object>
            {
                ["sub"] = user.ToString(),
                ["role"] = role,
                ["client_id"] = "web",
                ["scope"] = string.Join(' ', Scopes.OfRole(role)),
            },
            SigningCredentials = new SigningCredentials(
                new ECDsaSecurityKey(_key) { KeyId = KeyId }, SecurityAlgorithms.EcdsaSha256),
        };
        change?.Invoke(token);
        return _handler.CreateToken(token);
    }

    /// <summary>A good signature below any texts.</summary>
    public string Sign(string header, string claims)
    {
        var signed = $"{Base64UrlEncoder.Encode(header)}.{Base64UrlEncoder.Encode(claims)}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256);
        return $"{signed}.{Base64UrlEncoder.Encode(signature)}";
    }

    public void Dispose() => _key.Dispose();
}
