using System.Buffers.Binary;
using System.Text;

namespace Tessera.Messaging.Transport;

/// <summary>
/// Maps a key to its partition: murmur2 with Kafka's seed, the sign bit cleared, modulo P, over the key's UTF-8 bytes.
/// The same as the default of Kafka's Java clients (org.apache.kafka.common.utils.Utils.murmur2), so producers in any
/// language agree with ours.
/// </summary>
public static class Partitioner
{
    public static int PartitionOf(string key, int partitions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(partitions, 1);
        var size = Encoding.UTF8.GetMaxByteCount(key.Length);
        Span<byte> bytes = size <= 512 ? stackalloc byte[size] : new byte[size];
        var length = Encoding.UTF8.GetBytes(key, bytes);
        return (int)((uint)(Murmur2(bytes[..length]) & 0x7fffffff) % (uint)partitions);
    }

    private static int Murmur2(ReadOnlySpan<byte> data)
    {
        const uint m = 0x5bd1e995;
        var h = 0x9747b28c ^ (uint)data.Length;
        while (data.Length >= 4)
        {
            var k = BinaryPrimitives.ReadUInt32LittleEndian(data);
            k *= m;
            k ^= k >> 24;
            h = (h * m) ^ (k * m);
            data = data[4..];
        }
        if (data.Length > 2) h ^= (uint)data[2] << 16;
        if (data.Length > 1) h ^= (uint)data[1] << 8;
        if (data.Length > 0) h = (h ^ data[0]) * m;
        h ^= h >> 13;
        h *= m;
        h ^= h >> 15;
        return (int)h;
    }
}
