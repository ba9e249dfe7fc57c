using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>What one read of a partition brought.</summary>
/// <param name="Lost">Fires when the lease under which it was read ends.</param>
internal sealed record PartitionRead(
    HeldPartition Partition, List<WireMessage> Messages, List<RedisValue> Ids, CancellationToken Lost);

/// <summary>One round trip for one partition: settles what was handled, reads what comes next.</summary>
internal sealed partial class PartitionTurn(Subscription subscription, ILogger logger)
{
    public async Task<PartitionRead> RunAsync(IDatabase database, HeldPartition partition, int count)
    {
        var read = new PartitionRead(partition, [], [], partition.Lost);
        if (partition.Lease is not { } lease) return read;
        partition.Due = false; // Before the read: a wake-up during it must not be forgotten.
        var settled = partition.Settled();
        RedisResult answer;
        try
        {
            answer = await CallAsync(
                database, partition, lease, settled, partition.Leaving ? 0 : count).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsNoGroup(failure))
        {
            await RecreateAsync(database, partition).ConfigureAwait(false);
            return read;
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // Whether the read happened is not known: what it may have taken is found among the pending entries.
            partition.From = HeldPartition.FromPending;
            partition.Due = true;
            throw;
        }
        if (partition.Lease != lease) return read; // Lost meanwhile: the next holder finds the entries pending.
        if (answer.IsNull)
        {
            Log.Lost(logger, Keys.Stream(subscription.Stream, partition.Number), subscription.Subscriber);
            partition.Lose();
            return read;
        }
        partition.ForgetSettled(lease, settled.Length);
        Collect(partition, (RedisResult[])answer!, read);
        return read;
    }

    /// <summary>Tells the server what was handled, without reading on; for the end.</summary>
    public async Task SettleAsync(IDatabase database, HeldPartition[] partitions)
    {
        foreach (var partition in partitions)
        {
            if (partition.Lease is not { } lease || partition.Settled() is not { Length: > 0 } settled) continue;
            await CallAsync(database, partition, lease, settled, count: 0).ConfigureAwait(false);
            partition.ForgetSettled(lease, settled.Length);
        }
    }

    private Task<RedisResult> CallAsync(
        IDatabase database, HeldPartition partition, string lease, RedisValue[] settled, int count)
    {
        var stream = Keys.Stream(subscription.Stream, partition.Number);
        RedisValue[] values = [lease, subscription.Subscriber, count, partition.From, .. settled];
        return database.ScriptEvaluateAsync(
            Scripts.Turn, [stream, Keys.Lease(subscription.Stream, partition.Number, subscription.Subscriber)], values);
    }

    private void Collect(HeldPartition partition, RedisResult[] entries, PartitionRead read)
    {
        foreach (var entry in entries)
        {
            var parts = (RedisResult[])entry!;
            var id = (RedisValue)parts[0];
            if (parts[1].IsNull)
            {
                // Handed out once, not settled, and gone: someone deleted or trimmed it. Nothing can bring it back.
                Log.Trimmed(
                    logger, Keys.Stream(subscription.Stream, partition.Number), (string)id!, subscription.Subscriber);
                partition.Settle([id]);
                continue;
            }
            read.Messages.Add(EntryFields.Read(subscription.Stream, partition.Number, (RedisResult[])parts[1]!));
            read.Ids.Add(id);
        }
        if (partition.From == HeldPartition.FromNew || partition.Leaving) return;
        partition.From = entries.Length == 0 ? HeldPartition.FromNew : (string)((RedisResult[])entries[^1]!)[0]!;
        partition.Due = true;
    }

    private async Task RecreateAsync(IDatabase database, HeldPartition partition)
    {
        var stream = Keys.Stream(subscription.Stream, partition.Number);
        Log.NoGroup(logger, stream, subscription.Subscriber);
        await Groups.CreateAsync(database, stream, subscription.Subscriber).ConfigureAwait(false);
        partition.From = HeldPartition.FromPending;
        partition.Due = true;
    }

    private static partial class Log
    {
        [LoggerMessage(3230, LogLevel.Error,
            "Redis has lost the group {Subscriber} of {Stream}: it was made anew and reads from the beginning. " +
            "Events may be lost; a failover or a server without its append-only file does this")]
        public static partial void NoGroup(ILogger logger, string stream, string subscriber);

        [LoggerMessage(3231, LogLevel.Error,
            "Entry {Id} of {Stream} was trimmed before {Subscriber} handled it: the event is lost to it")]
        public static partial void Trimmed(ILogger logger, string stream, string id, string subscriber);

        [LoggerMessage(3232, LogLevel.Warning, "{Stream} is read for {Subscriber} by another process now")]
        public static partial void Lost(ILogger logger, string stream, string subscriber);
    }
}
