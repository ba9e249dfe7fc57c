using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>
/// Reads the partitions held by this process in one loop: settle and read in one round trip
/// a partition, hand over, again.
/// </summary>
internal sealed partial class RedisSubscription : IAsyncDisposable
{
    private static readonly TimeSpan RedeliverDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FailureDelay = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopKeeping = new();
    private readonly WakeUp _wake = new();
    private readonly HeldPartition[] _partitions;
    private readonly LeaseKeeper _keeper;
    private readonly PartitionTurn _turn;
    private readonly RedisLink _link;
    private readonly Subscription _subscription;
    private readonly OnDelivery _onDelivery;
    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private readonly Task _keeping;
    private ConnectionMultiplexer? _listening;
    private long _polledAt;
    private bool _interrupted;
    private bool _disposed;

    public RedisSubscription(
        RedisLink link, Subscription subscription, OnDelivery onDelivery, string member,
        RedisOptions options, TimeProvider clock, ILogger logger)
    {
        _link = link;
        _subscription = subscription;
        _onDelivery = onDelivery;
        _options = options;
        _clock = clock;
        _logger = logger;
        _partitions = [.. Enumerable.Range(0, subscription.Partitions).Select(number => new HeldPartition(number))];
        _keeper = new LeaseKeeper(link, subscription, _partitions, options, member, _wake, clock, logger);
        _turn = new PartitionTurn(subscription, logger);
        _keeping = _keeper.RunAsync(_stopKeeping.Token);
        _loop = EndlessLoop.RunAsync(
            $"Reading {subscription.Stream} for {subscription.Subscriber}", LoopAsync, clock, logger, _stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        try
        {
            await _loop.WaitAsync(_options.DrainTimeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.NotDrained(_logger, _subscription.Subscriber, _subscription.Stream, _options.DrainTimeout);
        }
        await _stopKeeping.CancelAsync().ConfigureAwait(false);
        await _keeping.ConfigureAwait(false);
        await _keeper.LeaveAsync().ConfigureAwait(false);
        if (_listening is { } listening) await ListenAsync(listening, listen: false).ConfigureAwait(false);
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        var failing = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (_interrupted) ReadAgain();
                _interrupted = true;
                while (await RoundAsync(stop).ConfigureAwait(false))
                {
                    // As long as there is something, there is no waiting.
                }
                (_interrupted, failing) = (false, false);
                if (!stop.IsCancellationRequested)
                {
                    await _wake.WaitAsync(_options.PollInterval, _clock, stop).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure)
            {
                // Once an outage.
                if (!failing) Log.Failed(_logger, _subscription.Subscriber, _subscription.Stream, failure);
                failing = true;
                await Task.Delay(FailureDelay, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>What an interrupted round had read, and neither handled nor given back, is found among the pending
    /// entries. It must come before what is new.</summary>
    private void ReadAgain()
    {
        foreach (var partition in _partitions)
        {
            partition.From = HeldPartition.FromPending;
            partition.Due = true;
        }
    }

    /// <summary>One round: settle and read all partitions that are due, hand over what came.
    /// False when nothing came.</summary>
    private async Task<bool> RoundAsync(CancellationToken stop)
    {
        var multiplexer = await _link.OpenAsync(stop).ConfigureAwait(false);
        if (!ReferenceEquals(multiplexer, _listening))
        {
            await ListenAsync(multiplexer, listen: true).ConfigureAwait(false);
            _listening = multiplexer;
        }
        var database = multiplexer.GetDatabase();
        var reads = await ReadAsync(multiplexer, database, stop).ConfigureAwait(false);
        var parts = reads.Where(read => read.Messages.Count > 0).ToList();
        if (parts.Count > 0) await DeliverAsync(parts, stop).ConfigureAwait(false);
        if (!stop.IsCancellationRequested)
        {
            foreach (var leaving in _partitions.Where(
                partition => partition is { Leaving: true, Lease: not null, HasSettled: false }))
            {
                await _keeper.ReleaseAsync(database, leaving).ConfigureAwait(false);
            }
            return parts.Count > 0 || reads.Any(read => read.Partition.Due);
        }
        await _turn.SettleAsync(database, _partitions).ConfigureAwait(false);
        return false;
    }

    private async Task<PartitionRead[]> ReadAsync(
        ConnectionMultiplexer multiplexer, IDatabase database, CancellationToken stop)
    {
        if (_clock.GetElapsedTime(_polledAt) >= _options.PollInterval)
        {
            _polledAt = _clock.GetTimestamp();
            foreach (var partition in _partitions) partition.Due = true;
        }
        var due = _partitions.Where(
            partition => partition.Lease is not null && (partition.Due || partition.HasSettled)).ToList();
        if (due.Count == 0) return [];
        var count = Math.Max(1, _subscription.BatchMax / due.Count);
        try
        {
            return await Task.WhenAll(
                due.Select(partition => _turn.RunAsync(database, partition, count))).ConfigureAwait(false);
        }
        catch (Exception silence) when (Failures.IsSilence(silence) && !stop.IsCancellationRequested)
        {
            await _link.DropAsync(multiplexer, "a read was not answered").ConfigureAwait(false);
            throw;
        }
    }

    private async Task DeliverAsync(List<PartitionRead> parts, CancellationToken stop)
    {
        while (parts.Count > 0)
        {
            var outcome = await HandAsync(parts, stop).ConfigureAwait(false);
            parts.RemoveAll(part => part.Lost.IsCancellationRequested); // Another has them, or will.
            if (outcome == DeliveryOutcome.Settle)
            {
                foreach (var part in parts) part.Partition.Settle(part.Ids);
                return;
            }
            if (stop.IsCancellationRequested) return;
            await Task.Delay(RedeliverDelay, _clock, stop).ConfigureAwait(false);
        }
    }

    private async Task<DeliveryOutcome> HandAsync(List<PartitionRead> parts, CancellationToken stop)
    {
        using var revoked = CancellationTokenSource.CreateLinkedTokenSource([stop, .. parts.Select(part => part.Lost)]);
        try
        {
            IReadOnlyList<WireMessage> messages =
                parts.Count == 1 ? parts[0].Messages : [.. parts.SelectMany(part => part.Messages)];
            return await _onDelivery(new Delivery(messages), revoked.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The named outcomes are the only ends; whatever else comes out means that nothing was committed.
            if (!revoked.IsCancellationRequested)
                Log.DeliveryFailed(_logger, _subscription.Subscriber, _subscription.Stream, failure);
            return DeliveryOutcome.Redeliver;
        }
    }

    private async Task ListenAsync(ConnectionMultiplexer multiplexer, bool listen)
    {
        var subscriber = multiplexer.GetSubscriber();
        var wake = Keys.Wake(_subscription.Stream);
        var released = Keys.Released(_subscription.Stream, _subscription.Subscriber);
        try
        {
            if (listen)
            {
                await subscriber.SubscribeAsync(wake, OnWake).ConfigureAwait(false);
                await subscriber.SubscribeAsync(released, OnReleased).ConfigureAwait(false);
            }
            else
            {
                await subscriber.UnsubscribeAsync(wake, OnWake).ConfigureAwait(false);
                await subscriber.UnsubscribeAsync(released, OnReleased).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            Log.NotListening(_logger, _subscription.Stream, failure.Message); // The poll finds what comes meanwhile.
        }
    }

    private void OnWake(RedisChannel channel, RedisValue number)
    {
        if (number.TryParse(out int partition) && (uint)partition < (uint)_partitions.Length)
        {
            _partitions[partition].Due = true;
        }
        _wake.Signal();
    }

    private void OnReleased(RedisChannel channel, RedisValue number) => _keeper.Wake.Signal();

    private static partial class Log
    {
        [LoggerMessage(3220, LogLevel.Warning, "Reading {Stream} for {Subscriber} failed; trying again")]
        public static partial void Failed(ILogger logger, string subscriber, string stream, Exception failure);

        [LoggerMessage(3221, LogLevel.Error, "A delivery of {Stream} to {Subscriber} failed and is handed over again")]
        public static partial void DeliveryFailed(ILogger logger, string subscriber, string stream, Exception failure);

        [LoggerMessage(3222, LogLevel.Warning,
            "The last delivery of {Stream} to {Subscriber} did not end within {Timeout}; it will come again")]
        public static partial void NotDrained(ILogger logger, string subscriber, string stream, TimeSpan timeout);

        [LoggerMessage(3223, LogLevel.Warning, "Wake-ups of {Stream} are not heard, so it is polled: {Reason}")]
        public static partial void NotListening(ILogger logger, string stream, string reason);
    }
}
