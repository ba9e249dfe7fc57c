using System.Runtime.InteropServices;

namespace Tessera.Messaging.Sqlite;

/// <summary>How the seam's parameter values are stored.</summary>
internal static class SqliteValue
{
    public static object Of(object? value) => value switch
    {
        null => DBNull.Value,
        string or int or long or double or byte[] => value,
        // Microsoft.Data.Sqlite would write upper case, which no longer equals what other clients of the file write.
        Guid id => id.ToString("D"),
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        bool flag => flag ? 1L : 0L,
        ReadOnlyMemory<byte> bytes => ArrayOf(bytes),
        Enum or short or byte => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => throw new ArgumentException(
            $"A parameter of type {value.GetType()} is not supported: give null, string, bool, int, long, double, " +
            "Guid, DateTimeOffset, byte[] or ReadOnlyMemory<byte>.", nameof(value)),
    };

    private static byte[] ArrayOf(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment)
        && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : bytes.ToArray();
}
