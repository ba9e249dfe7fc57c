using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tessera.ServiceDefaults;

/// <summary>The signature of Standard Webhooks, made and looked at: what was sent, when, and under which id, so that
/// nobody can send it again at another time or under another name.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    /// <summary>What secrets begin with, as Standard Webhooks writes them.</summary>
    public const string SecretPrefix = "whsec_";

    /// <summary>More are not looked at: nobody changes so many secrets at once.</summary>
    public const int SignaturesMax = 8;

    private const string Version = "v1,";
    private const int SecretBytes = 32;

    public static string NewSecret() =>
        SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <param name="keys">One signature each; the other side takes the message when it knows one of them.</param>
    public static string Sign(string id, DateTimeOffset at, byte[] body, IEnumerable<byte[]> keys) =>
        string.Join(' ', keys.Select(key => Version + Convert.ToBase64String(Hash(id, Timestamp(at), body, key))));

    public static string Timestamp(DateTimeOffset at) =>
        at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether one of the signatures was made with one of the keys, over just this, and at the time it says.
    /// </summary>
    /// <param name="window">So far the message's time may be from <paramref name="now"/>, before or after.</param>
    public static bool IsGood(
        string id, string timestamp, string signatures, byte[] body, IReadOnlyCollection<byte[]> keys,
        DateTimeOffset now, TimeSpan window)
    {
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || Math.Abs(now.ToUnixTimeSeconds() - seconds) > window.TotalSeconds) return false;
        var expected = keys.Select(key => Hash(id, timestamp, body, key)).ToArray();
        return signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(SignaturesMax)
            .Any(each => HashOf(each) is { } given
                && Array.Exists(expected, hash => CryptographicOperations.FixedTimeEquals(hash, given)));
    }

    private static byte[] Hash(string id, string timestamp, byte[] body, byte[] key)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return HMACSHA256.HashData(key, signed);
    }

    private static byte[]? HashOf(string signature)
    {
        var hash = new byte[HMACSHA256.HashSizeInBytes];
        return signature.StartsWith(Version, StringComparison.Ordinal)
            && Convert.TryFromBase64String(signature[Version.Length..], hash, out var length) && length == hash.Length
                ? hash
                : null;
    }
}
