using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Tessera.ServiceDefaults;

namespace Tessera.Webhooks;

/// <summary>The secrets that messages are signed with, as Standard Webhooks writes them. Kept sealed: who reads the
/// database, or a copy of it, can sign nothing.</summary>
internal sealed class EndpointSecrets(IDataProtectionProvider protection)
{
    public const string Prefix = WebhookSignature.SecretPrefix;
    private readonly IDataProtector _seal = protection.CreateProtector("endpoint-secrets");

    public static string New() => WebhookSignature.NewSecret();

    public string Seal(string secret) => _seal.Protect(secret);

    /// <summary>What a sealed secret signs with.</summary>
    /// <exception cref="CryptographicException">The keys that sealed it are not here.</exception>
    public byte[] KeyOf(string sealedSecret) =>
        Convert.FromBase64String(_seal.Unprotect(sealedSecret)[Prefix.Length..]);

    /// <summary>Null when the keys that sealed it are not here.</summary>
    public byte[]? KeyOrNullOf(string sealedSecret)
    {
        try
        {
            return KeyOf(sealedSecret);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
