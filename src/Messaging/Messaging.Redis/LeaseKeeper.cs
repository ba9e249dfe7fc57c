using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>Renews the leases of one subscription, takes free partitions up to the fair share, and
/// marks what exceeds it.</summary>
internal sealed partial class LeaseKeeper(
    RedisLink link, Subscription subscription, HeldPartition[] partitions, RedisOptions options, string member,
    WakeUp readerWake, TimeProvider clock, ILogger logger)
{
    private readonly long _durationMs = (long)options.LeaseDuration.TotalMilliseconds;
    private readonly RedisKey _members = Keys.Members(subscription.Stream, subscription.Subscriber);

    /// <summary>Signalled when a partition was released somewhere.</summary>
    public WakeUp Wake { get; } = new();

    public Task RunAsync(CancellationToken stop)
    {
        var what = $"the leases of {subscription.Stream} for {subscription.Subscriber}";
        return Task.WhenAll(
            EndlessLoop.RunAsync($"Renewing {what}", KeepAsync, clock, logger, stop),
            EndlessLoop.RunAsync($"Watching {what}", ExpireAsync, clock, logger, stop));
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        var failing = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(stop).ConfigureAwait(false);
                failing = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Once an outage.
                if (!failing) Log.Failed(logger, subscription.Stream, subscription.Subscriber, failure);
                failing = true;
            }
            try
            {
                await Wake.WaitAsync(options.LeaseDuration / 5, clock, stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Gives everything back, so that others take it at once.</summary>
    public async Task LeaveAsync()
    {
        try
        {
            var database = (await link.OpenAsync(CancellationToken.None).ConfigureAwait(false)).GetDatabase();
            await JoinAsync(database, leave: true).ConfigureAwait(false);
            foreach (var partition in partitions) await ReleaseAsync(database, partition).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            Log.NotReleased(
                logger, subscription.Stream, subscription.Subscriber, options.LeaseDuration, failure.Message);
        }
    }

    public async Task ReleaseAsync(IDatabase database, HeldPartition partition)
    {
        if (partition.Lease is not { } lease) return;
        partition.Lose();
        await database.ScriptEvaluateAsync(Scripts.Release, [LeaseKey(partition)], [lease]).ConfigureAwait(false);
        await database.PublishAsync(
            Keys.Released(subscription.Stream, subscription.Subscriber), partition.Number).ConfigureAwait(false);
    }

    private async Task TurnAsync(CancellationToken stop)
    {
        var multiplexer = await link.OpenAsync(stop).ConfigureAwait(false);
        try
        {
            var database = multiplexer.GetDatabase();
            var joined = JoinAsync(database, leave: false);
            var renewals = partitions.Where(partition => partition.Lease is not null)
                .Select(partition => HoldAsync(database, partition)).ToList();
            await Task.WhenAll(renewals).ConfigureAwait(false);
            var members = Math.Max(1, (int)await joined.ConfigureAwait(false));
            var share = (partitions.Length + members - 1) / members;
            var held = partitions.Where(partition => partition is { Lease: not null, Leaving: false }).ToList();
            foreach (var excess in held.Skip(share)) excess.Leaving = true;
            if (held.Count > share) readerWake.Signal();
            await TakeAsync(database, share - held.Count).ConfigureAwait(false);
        }
        catch (Exception silence) when (Failures.IsSilence(silence) && !stop.IsCancellationRequested)
        {
            await link.DropAsync(multiplexer, "a lease was not answered").ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(IDatabase database, int room)
    {
        // Beginning with another one in each process keeps them from all trying the same first.
        var first = Random.Shared.Next(partitions.Length);
        for (var turn = 0; turn < partitions.Length && room > 0; turn++)
        {
            var partition = partitions[(first + turn) % partitions.Length];
            if (partition.Lease is null && await HoldAsync(database, partition).ConfigureAwait(false)) room--;
        }
    }

    private async Task<bool> HoldAsync(IDatabase database, HeldPartition partition)
    {
        var held = partition.Lease;
        var began = clock.GetTimestamp();
        var lease = (string?)await database.ScriptEvaluateAsync(
            Scripts.Hold,
            [LeaseKey(partition), Keys.Fence(subscription.Stream, partition.Number, subscription.Subscriber)],
            [member, _durationMs, held ?? "-"]).ConfigureAwait(false);
        if (held is not null && partition.Lease != held) return false; // Given back meanwhile.
        if (string.IsNullOrEmpty(lease) || (held is not null && lease != held)) partition.Lose();
        if (string.IsNullOrEmpty(lease)) return false;
        partition.Take(lease, began);
        if (lease != held) readerWake.Signal();
        return true;
    }

    /// <summary>Without a renewal for a whole duration the server may give the partition to another, so ours ends
    /// a little before. A loop of its own: the other may be waiting for an answer that does not come.</summary>
    private async Task ExpireAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var partition in partitions)
            {
                if (partition.Lease is null
                    || clock.GetElapsedTime(partition.RenewedAt) < options.LeaseDuration * 0.9) continue;
                Log.Expired(logger, Keys.Stream(subscription.Stream, partition.Number), subscription.Subscriber);
                partition.Lose();
            }
            await Task.Delay(
                options.LeaseDuration / 25, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<long> JoinAsync(IDatabase database, bool leave) => (long)await database.ScriptEvaluateAsync(
        Scripts.Join, [_members], [member, _durationMs, leave ? 1 : 0]).ConfigureAwait(false);

    private RedisKey LeaseKey(HeldPartition partition) =>
        Keys.Lease(subscription.Stream, partition.Number, subscription.Subscriber);

    private static partial class Log
    {
        [LoggerMessage(3210, LogLevel.Warning, "The leases of {Stream} for {Subscriber} cannot be renewed now")]
        public static partial void Failed(ILogger logger, string stream, string subscriber, Exception failure);

        [LoggerMessage(3211, LogLevel.Warning,
            "{Partition} is no longer read for {Subscriber} here: its lease could not be renewed in time")]
        public static partial void Expired(ILogger logger, string partition, string subscriber);

        [LoggerMessage(3212, LogLevel.Information,
            "{Stream} could not be released for {Subscriber}; others take over after {Duration}: {Reason}")]
        public static partial void NotReleased(
            ILogger logger, string stream, string subscriber, TimeSpan duration, string reason);
    }
}
