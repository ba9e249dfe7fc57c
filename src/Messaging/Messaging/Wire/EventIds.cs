using System.Security.Cryptography;
using System.Text;

namespace Tessera.Messaging.Wire;

/// <summary>The identity that the inbox knows. An id is only unique within its source, so it is made of both
/// (RFC 9562 §5.5); what a service of ours publishes on its own stream has an id that is unique by itself.</summary>
internal static class EventIds
{
    private static readonly Guid UrlNamespace = new("6ba7b811-9dad-11d1-80b4-00c04fd430c8");

    private const string OwnSources = "/tessera/";

    public static Guid From(string stream, string source, string id) =>
        IsOwn(stream, source) && Guid.TryParseExact(id, "D", out var uuid)
            ? uuid
            : Version5(Encoding.UTF8.GetBytes(source + "\n" + id));

    /// <summary>Whether it is the source of the service whose stream this is.</summary>
    public static bool IsOwn(string stream, string source) =>
        source.Length == OwnSources.Length + stream.Length
        && source.StartsWith(OwnSources, StringComparison.Ordinal)
        && source.EndsWith(stream, StringComparison.Ordinal);

    /// <summary>The same bytes always get the same id, so a second delivery of them is recognised.</summary>
    public static Guid OfContent(ReadOnlySpan<byte> content) => Version5(SHA256.HashData(content));

    private static Guid Version5(ReadOnlySpan<byte> name)
    {
        var input = new byte[16 + name.Length];
        UrlNamespace.TryWriteBytes(input, bigEndian: true, out _);
        name.CopyTo(input.AsSpan(16));
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // Version 5 UUIDs are SHA-1 by definition; nothing secret depends on it.
        SHA1.HashData(input, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0f) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3f) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
