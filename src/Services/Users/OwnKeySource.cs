using Microsoft.IdentityModel.Tokens;
using Tessera.ServiceDefaults;

namespace Tessera.Users;

/// <summary>Users need not ask itself over HTTP.</summary>
internal sealed class OwnKeySource(KeyFolder folder) : IKeySource
{
    public Task<string> FetchAsync(CancellationToken stop)
    {
        var keys = folder.Load().Signing.Select(key =>
        {
            var parameters = key.Rsa.ExportParameters(includePrivateParameters: false);
            return new
            {
                kty = "RSA",
                use = "sig",
                alg = SecurityAlgorithms.RsaSha256,
                kid = key.KeyId,
                n = Base64UrlEncoder.Encode(parameters.Modulus),
                e = Base64UrlEncoder.Encode(parameters.Exponent),
            };
        });
        return Task.FromResult(System.Text.Json.JsonSerializer.Serialize(new { keys }));
    }
}
