using System.Globalization;
using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>One partition of a subscription as Redis sees it.</summary>
internal static class Inspection
{
    public static async Task<PartitionState> OfAsync(IDatabase database, Subscription subscription, int partition)
    {
        var stream = Keys.Stream(subscription.Stream, partition);
        var lease = (string?)await database.StringGetAsync(
            Keys.Lease(subscription.Stream, partition, subscription.Subscriber)).ConfigureAwait(false);
        var owner = lease?[(lease.IndexOf('/', StringComparison.Ordinal) + 1)..];
        if (!await database.KeyExistsAsync(stream).ConfigureAwait(false))
        {
            return new PartitionState(partition, owner, 0, null);
        }
        var groups = await database.StreamGroupInfoAsync(stream).ConfigureAwait(false);
        if (!groups.Any(group => group.Name == subscription.Subscriber))
        {
            return new PartitionState(partition, owner, 0, null);
        }
        var found = groups.First(group => group.Name == subscription.Subscriber);

        // Servers before 7.0, and groups whose stream had entries deleted, do not tell the lag.
        var lag = found.Lag
            ?? (found.PendingMessageCount == 0 ? await database.StreamLengthAsync(stream).ConfigureAwait(false) : 0);
        var oldest = found.PendingMessageCount > 0
            ? (await database.StreamPendingAsync(stream, subscription.Subscriber)
                .ConfigureAwait(false)).LowestPendingMessageId
            : await FirstAfterAsync(database, stream, found.LastDeliveredId ?? "0-0").ConfigureAwait(false);
        return new PartitionState(partition, owner, lag + found.PendingMessageCount, TimeOf(oldest));
    }

    private static async Task<RedisValue> FirstAfterAsync(IDatabase database, string stream, string id)
    {
        var next = await database.StreamRangeAsync(stream, "(" + id, "+", 1).ConfigureAwait(false);
        return next.Length == 0 ? RedisValue.Null : next[0].Id;
    }

    /// <summary>The first half of an entry's id is the server's clock when it was appended.</summary>
    private static DateTimeOffset? TimeOf(RedisValue id) =>
        (string?)id is { } text && text.Split('-')[0] is var milliseconds
        && long.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            ? DateTimeOffset.FromUnixTimeMilliseconds(time) : null;
}
