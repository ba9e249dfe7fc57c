using System.Text;

namespace Tessera.Messaging.Wire;

/// <summary>What may be a key: every database must be able to store it and to find it in an index.</summary>
internal static class EventKey
{
    /// <summary>In UTF-8. An entry of an index of PostgreSQL has at most 2,704 bytes for stream and key.</summary>
    public const int BytesMax = 1024;

    /// <summary>Why it is no key; null when it is one.</summary>
    public static string? FaultOf(string? key)
    {
        if (string.IsNullOrEmpty(key)) return "The key is empty: it must say what the event is about.";
        if (key.Contains('\0', StringComparison.Ordinal)) return "The key contains a NUL character.";
        return key.Length > BytesMax / 3 && Encoding.UTF8.GetByteCount(key) is > BytesMax and var bytes
            ? $"The key has {bytes} bytes in UTF-8; at most {BytesMax} are allowed."
            : null;
    }
}
