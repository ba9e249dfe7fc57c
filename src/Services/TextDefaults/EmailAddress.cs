using System.Security.Cryptography;
using System.Text;

namespace Tessera.TextDefaults;

/// <summary>How email addresses are compared, and how one is named where it must not be readable.</summary>
public static class EmailAddress
{
    // Small letters after composing may compose further.
    public static string Normalize(string email) =>
        ComposedText.Compose(ComposedText.Compose(email.Trim()).ToLowerInvariant());

    /// <summary>The SHA-256 of the normalized address, in hexadecimal.</summary>
    public static string KeyOf(string email) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Normalize(email))));
}
