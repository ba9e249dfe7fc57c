using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tessera.Webhooks;

/// <summary>The signature of Standard Webhooks: what was sent, when, and under which id, so that nobody can send it
/// again at another time or under another name.</summary>
internal static class SignMessage
{
    /// <param name="keys">One signature each; the other side takes the message when it knows one of them.</param>
    public static string Sign(string id, DateTimeOffset at, byte[] body, IEnumerable<byte[]> keys)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{Timestamp(at)}."), .. body];
        return string.Join(
            ' ', keys.Select(key => "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed))));
    }

    public static string Timestamp(DateTimeOffset at) =>
        at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
