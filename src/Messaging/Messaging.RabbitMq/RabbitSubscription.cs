using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Merges the partitions of one subscription into one loop: take what is there, hand it over, settle. While a delivery
/// is handled nothing else is taken, so a partition never has two deliveries out.
/// </summary>
internal sealed partial class RabbitSubscription : IAsyncDisposable
{
    private static readonly TimeSpan RedeliverDelay = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _stopTaking = new();
    private readonly CancellationTokenSource _stopReading = new();
    private readonly WakeUp _wake = new();
    private readonly PartitionReader[] _readers;
    private readonly Subscription _subscription;
    private readonly OnDelivery _onDelivery;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Task _loop;
    private readonly Task _reading;
    private int _first;
    private bool _disposed;

    public RabbitSubscription(
        BrokerLink link, Declarations declarations, Presence presence, Subscription subscription, OnDelivery onDelivery,
        RabbitMqOptions options, TimeProvider clock, ILogger logger)
    {
        _subscription = subscription;
        _onDelivery = onDelivery;
        _options = options;
        _clock = clock;
        _logger = logger;
        var balance = new PartitionBalance(subscription.Partitions, presence);
        _readers = [.. Enumerable.Range(0, subscription.Partitions).Select(partition => new PartitionReader(
            link, declarations, subscription, partition, options, balance, _wake, clock, logger))];
        foreach (var reader in _readers) balance.Add(reader);
        _loop = KeepRunning("Handing over", LoopAsync, _stopTaking.Token);
        _reading = Task.WhenAll([
            KeepRunning("Counting the readers of", presence.RunAsync, _stopReading.Token),
            .. _readers.Select(reader =>
                KeepRunning($"Reading partition {reader.Partition} of", reader.RunAsync, _stopReading.Token))]);
    }

    public Subscription Subscription => _subscription;

    public PartitionReader Reader(int partition) => _readers[partition];

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await _stopTaking.CancelAsync().ConfigureAwait(false);
        try
        {
            await _loop.WaitAsync(_options.DrainTimeout, _clock).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.NotDrained(_logger, _subscription.Subscriber, _subscription.Stream, _options.DrainTimeout);
        }
        await _stopReading.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
    }

    private Task KeepRunning(string what, Func<CancellationToken, Task> loop, CancellationToken stop) =>
        EndlessLoop.RunAsync(
            $"{what} {_subscription.Stream} for {_subscription.Subscriber}", loop, _clock, _logger, stop);

    private async Task LoopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // First a look, then the wait: a loop that begins anew may have taken the signal for what still lies here.
            while (!stop.IsCancellationRequested && await DeliverAsync(stop).ConfigureAwait(false))
            {
                // The first delivery ran on the thread that received it; more of them must not hold that thread.
                await Task.Yield();
            }
            await _wake.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>One delivery from receipt to settling. False when nothing waited.</summary>
    private async Task<bool> DeliverAsync(CancellationToken stop)
    {
        var messages = new List<WireMessage>();
        var taken = Take(messages);
        if (taken.Count == 0) return false;
        var outcome = DeliveryOutcome.Redeliver;
        try
        {
            outcome = await HandAsync(new Delivery(messages), taken, stop).ConfigureAwait(false);
        }
        finally
        {
            // Whatever happened: what stayed taken would block its partition for good.
            foreach (var (reader, part) in taken)
            {
                if (outcome == DeliveryOutcome.Settle) await reader.SettleAsync(part).ConfigureAwait(false);
                else reader.Buffer.PutBack(part); // Not back to the broker: there, later messages could overtake.
            }
        }
        if (outcome == DeliveryOutcome.Redeliver) await Task.Delay(RedeliverDelay, _clock, stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>A fair part of each partition that has something, beginning with another one each time.</summary>
    private List<(PartitionReader Reader, Taken Part)> Take(List<WireMessage> messages)
    {
        var taken = new List<(PartitionReader, Taken)>(_readers.Length);
        var room = _subscription.BatchMax;
        _first = (_first + 1) % _readers.Length;
        for (var turn = 0; turn < _readers.Length && room > 0; turn++)
        {
            var reader = _readers[(_first + turn) % _readers.Length];
            var most = Math.Max(1, room / (_readers.Length - turn));
            var before = messages.Count;
            if (reader.Buffer.Take(most, messages) is not { } part) continue;
            reader.Active = true;
            taken.Add((reader, part));
            room -= messages.Count - before;
        }
        return taken;
    }

    private async Task<DeliveryOutcome> HandAsync(
        Delivery delivery, List<(PartitionReader Reader, Taken Part)> taken, CancellationToken stop)
    {
        using var revoked = CancellationTokenSource.CreateLinkedTokenSource(
            [stop, .. taken.Select(part => part.Part.Lost)]);
        try
        {
            return await _onDelivery(delivery, revoked.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The named outcomes are the only ends; whatever else comes out means that nothing was committed.
            if (!revoked.IsCancellationRequested)
                Log.DeliveryFailed(_logger, _subscription.Subscriber, _subscription.Stream, failure);
            return DeliveryOutcome.Redeliver;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3120, LogLevel.Error, "A delivery of {Stream} to {Subscriber} failed and is handed over again")]
        public static partial void DeliveryFailed(ILogger logger, string subscriber, string stream, Exception failure);

        [LoggerMessage(3121, LogLevel.Warning,
            "The last delivery of {Stream} to {Subscriber} did not end within {Timeout}; it will come again")]
        public static partial void NotDrained(ILogger logger, string subscriber, string stream, TimeSpan timeout);
    }
}
