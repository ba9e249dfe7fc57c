using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Tessera.Testing.Services;

/// <summary>Access tokens as Users issues them, by a key that the services find in their data folder.</summary>
public sealed class TestTokens : IDisposable
{
    private const string KeyId = "test-key";

    private readonly RSA _rsa = RSA.Create(2048);
    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    /// <summary>Publishes the key where services look when Users is away.</summary>
    public void WriteKeys(string dataDirectory)
    {
        var folder = Directory.CreateDirectory(Path.Combine(dataDirectory, "keys")).FullName;
        var key = JsonWebKeyConverter.ConvertFromRSASecurityKey(
            new RsaSecurityKey(_rsa.ExportParameters(includePrivateParameters: false)) { KeyId = KeyId });
        File.WriteAllText(Path.Combine(folder, "jwks.json"), JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "RSA", use = "sig", alg = "RS256", kid = KeyId, n = key.N, e = key.E } },
        }));
    }

    public string Customer(Guid user) => Issue(user, "customer");

    public string Operator(Guid user) => Issue(user, "operator");

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
            Claims = new Dictionary<string, object> { ["sub"] = user.ToString(), ["role"] = role },
            SigningCredentials = new SigningCredentials(
                new RsaSecurityKey(_rsa) { KeyId = KeyId }, SecurityAlgorithms.RsaSha256),
        };
        change?.Invoke(token);
        return _handler.CreateToken(token);
    }

    public void Dispose() => _rsa.Dispose();
}
