using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>How far a subscriber is behind.</summary>
internal static class LogInspection
{
    private const string Behind =
        $"""
        SELECT partitions.partition, partitions.next - positions.next,
               (SELECT at FROM log_entries WHERE id >= (partitions.id << 40) + positions.next AND id < ((partitions.id + 1) << 40)
                ORDER BY id LIMIT 1),
               (SELECT owner FROM msg_leases WHERE grp = $3 AND slot = partitions.partition AND {LeaseTables.Holds})
        FROM log_partitions AS partitions
        JOIN log_positions AS positions ON positions.stream = partitions.stream AND positions.partition = partitions.partition
        WHERE partitions.stream = $1 AND positions.subscriber = $4 ORDER BY partitions.partition
        """;

    public static List<PartitionState> Read(
        SqliteLink link, Subscription subscription, long[] partitions, TimeSpan leaseDuration)
    {
        var group = subscription.Stream + "/" + subscription.Subscriber;
        var states = link.Query(
            Behind, [subscription.Stream, (long)leaseDuration.TotalMilliseconds, group, subscription.Subscriber],
            row => new PartitionState(row.GetInt32(0), row.GetStringOrNull(3), row.GetInt64(1), row.GetTimeOrNull(2)));
        // A subscriber that never was has read nothing and owns nothing.
        return states.Count > 0
            ? states
            : [.. partitions.Select((_, partition) => new PartitionState(partition, null, 0, null))];
    }
}
