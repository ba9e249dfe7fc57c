using System.Globalization;
using StackExchange.Redis;

namespace Tessera.Messaging.Redis;

/// <summary>What things are called at the server. The braces put all keys of one partition into
/// one slot of a cluster.</summary>
internal static class Keys
{
    /// <summary>The entries of one partition: <c>orders:3</c>.</summary>
    public static string Stream(string stream, int partition) =>
        string.Create(CultureInfo.InvariantCulture, $"{stream}:{partition}");

    /// <summary>Who reads the partition for the subscriber; expires when not renewed.</summary>
    public static string Lease(string stream, int partition, string subscriber) =>
        $"{{{Stream(stream, partition)}}}:lease:{subscriber}";

    /// <summary>Counts the leases ever given; makes each one distinct.</summary>
    public static string Fence(string stream, int partition, string subscriber) =>
        $"{{{Stream(stream, partition)}}}:fence:{subscriber}";

    /// <summary>The live processes of the subscriber, by the time of their last sign of life.</summary>
    public static string Members(string stream, string subscriber) => $"{stream}:members:{subscriber}";

    /// <summary>The partition count that the stream was created with.</summary>
    public static string PartitionCount(string stream) => $"{stream}:partitions";

    /// <summary>Says the number of a partition that has something new.</summary>
    public static RedisChannel Wake(string stream) => RedisChannel.Literal($"{stream}:wake");

    /// <summary>Says that a partition of the subscriber is free to be taken.</summary>
    public static RedisChannel Released(string stream, string subscriber) =>
        RedisChannel.Literal($"{stream}:released:{subscriber}");

    public static RedisChannel Broadcast(string channel) => RedisChannel.Literal($"broadcast:{channel}");
}
