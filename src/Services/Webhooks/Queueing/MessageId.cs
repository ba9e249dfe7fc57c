using System.Security.Cryptography;

namespace Tessera.Webhooks;

/// <summary>The id of a message to an endpoint, made of the event's and the endpoint's: whatever happens on the way,
/// the other side gets the same message under the same id.</summary>
internal static class MessageId
{
    public static Guid Of(Guid endpoint, Guid happening)
    {
        Span<byte> both = stackalloc byte[32];
        endpoint.TryWriteBytes(both, bigEndian: true, out _);
        happening.TryWriteBytes(both[16..], bigEndian: true, out _);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(both, hash);
        hash[6] = (byte)((hash[6] & 0x0f) | 0x80); // Version 8: made in a way of one's own (RFC 9562 §5.8).
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    /// <summary>As <c>webhook-id</c> says it.</summary>
    public static string Text(Guid delivery) => $"msg_{delivery:N}";
}
