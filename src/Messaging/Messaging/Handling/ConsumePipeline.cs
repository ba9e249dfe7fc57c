using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Telemetry;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Messaging.Handling;

/// <summary>
/// What happens to a delivery, from receipt to settling: decode, then per transaction admit, handle, commit; retry
/// while the database is away; search for the poison when a handler fails, and park it. Runs on the loop that received.
/// </summary>
internal sealed partial class ConsumePipeline(
    BatchExecutor executor, HandlerTable handlers, MessageRegistry registry, MessagingSystem system,
    UnlistedTypes unlisted, IOptions<ConsumeOptions> options, TimeProvider clock, Checkpoints checkpoints,
    MessagingHealth health, ILogger<ConsumePipeline> logger)
{
    // Copies come in swarms, after a crash or a reconnect: hope would fail for each of them, with an error in the
    // database's log. So a batch that may hold one, and those after it, are asked for.
    private const int CarefulBatches = 32;

    private readonly ConsumeOptions _options = options.Value;
    private readonly RecentEvents _recent = new();
    private int _careful = CarefulBatches;

    /// <summary>Never throws: a delivery ends settled, or is delivered again.</summary>
    public async Task<DeliveryOutcome> HandleAsync(string stream, Delivery delivery, CancellationToken revoked)
    {
        try
        {
            checkpoints.Pass(Checkpoint.ConsumeReceived);
            var batch = Decode(stream, delivery);
            if (batch.Count > 0 && !await HandleAsync(stream, batch, revoked).ConfigureAwait(false))
            {
                BeCareful();
                return DeliveryOutcome.Redeliver;
            }
            checkpoints.Pass(Checkpoint.ConsumeBeforeSettle);
            return DeliveryOutcome.Settle;
        }
        catch (Exception unexpected)
        {
            Log.Unexpected(logger, unexpected, stream);
            health.Failing(PartOf(stream), unexpected.Message);
            BeCareful();
            await Task.Delay(
                _options.RetryDelayMin, clock, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return DeliveryOutcome.Redeliver;
        }
    }

    private void BeCareful() => Volatile.Write(ref _careful, CarefulBatches);

    private List<BatchItem> Decode(string stream, Delivery delivery)
    {
        var events = new List<DecodedEvent>(delivery.Messages.Count);
        var now = clock.GetUtcNow();
        foreach (var message in delivery.Messages)
        {
            var first = events.Count;
            WireFormat.Decode(message, now, events);
            for (var i = first; i < events.Count; i++)
            {
                if (_recent.MayBeCopy(stream, message.Partition, events[i].Event.Id)) BeCareful();
            }
        }
        MessagingMetrics.Consumed(system.Of(stream), stream, registry.Service, events.Count);

        var batch = new List<BatchItem>(events.Count);
        foreach (var (envelope, malformed) in events)
        {
            var invoker = handlers.Find(envelope.Type);
            var reason = malformed;
            if (invoker is null && malformed is null)
            {
                // A stream says more than each subscriber wants to hear: other types are settled and counted.
                if (!unlisted.AreParked(stream, envelope.Type)) continue;
                reason = MissingHandler.Reason;
            }
            batch.Add(new BatchItem(envelope, invoker)
            {
                ParkReason = reason,
                Failures = reason is null ? 0 : 1, // What only waits behind another message has none.
            });
        }
        return batch;
    }

    private async Task<bool> HandleAsync(string stream, List<BatchItem> batch, CancellationToken revoked)
    {
        var pending = Chunks(batch.Count);
        var away = new Backoff(_options.RetryDelayMin, _options.RetryDelayMax, clock);
        var search = new PoisonSearch(batch, _options, clock, checkpoints, logger);
        var hopeful = Volatile.Read(ref _careful) <= 0 || Interlocked.Decrement(ref _careful) < 0;
        while (pending.TryPop(out var range))
        {
            if (revoked.IsCancellationRequested) return false;
            var intake = new DeliveryIntake(stream, batch, range, hopeful, clock);
            var failure = await executor.TryAsync(intake, revoked).ConfigureAwait(false);
            if (failure is null)
            {
                away.Reset();
                health.Healthy(PartOf(stream));
                continue;
            }
            if (revoked.IsCancellationRequested) return false;
            if (intake.WasHopeful)
            {
                hopeful = false;
                BeCareful();
                if (!failure.IsTransient)
                {
                    // Perhaps only because a message was known or its key parked: ask before anything
                    // is held against it.
                    pending.Push(range);
                    continue;
                }
            }

            // Nothing was committed. Parking itself can only fail for reasons that lie with the database.
            TimeSpan wait;
            if (failure.IsTransient || IsOnlyParking(batch, range))
            {
                pending.Push(range);
                wait = away.Next();
                Log.Waiting(logger, failure.Cause, stream, wait);
                health.Failing(PartOf(stream), failure.Reason);
            }
            else
            {
                wait = search.Divide(range, failure, pending);
            }
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return true;
    }

    /// <summary>A delivery of many frames may hold more events than one transaction should.</summary>
    private Stack<Range> Chunks(int count)
    {
        var pending = new Stack<Range>();
        for (var start = (count - 1) / _options.BatchSize * _options.BatchSize; start >= 0; start -= _options.BatchSize)
            pending.Push(start..Math.Min(count, start + _options.BatchSize));
        return pending;
    }

    private static bool IsOnlyParking(List<BatchItem> batch, Range range)
    {
        var (start, count) = range.GetOffsetAndLength(batch.Count);
        return count == 1 && batch[start].ParkReason is not null;
    }

    private static string PartOf(string stream) => "consume:" + stream;

    private static partial class Log
    {
        [LoggerMessage(1311, LogLevel.Warning, "Events of {Stream} wait for {Wait}: they cannot be handled now")]
        public static partial void Waiting(ILogger logger, Exception cause, string stream, TimeSpan wait);

        [LoggerMessage(1312, LogLevel.Error,
            "A delivery of {Stream} goes back to the broker after an unexpected failure")]
        public static partial void Unexpected(ILogger logger, Exception cause, string stream);
    }
}
