using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Messaging.Hosting;

namespace Tessera.Webhooks;

/// <summary>The worker: takes what is due, for each endpoint as much as may be under way to it, so that one that is
/// slow or dead holds up nobody else.</summary>
internal sealed partial class DeliverWebhooks(
    DeliveryClaims claims, SendDelivery send, RecordAnswer record, DeliveryWake wake, MessagingHealth health,
    IOptions<WebhookOptions> options, TimeProvider clock, ILogger<DeliverWebhooks> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<Guid, Pace> _paces = [];
    private readonly ConcurrentDictionary<Task, bool> _underWay = [];
    private int _count;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await EndlessLoop.RunAsync("Delivering webhooks", RunAsync, clock, logger, stoppingToken);
        // What was taken and not recorded comes back by itself; what is being recorded may end.
        await Task.WhenAll(_underWay.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var wait = options.Value.PollInterval;
            try
            {
                if (health.IsDatabasePrepared) wait = await RoundAsync(stop);
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                Log.RoundFailed(logger, failure);
            }
            await wake.WaitAsync(wait, stop);
        }
    }

    /// <summary>Takes what may be taken now and begins it; says how long there is nothing more to do.</summary>
    private async Task<TimeSpan> RoundAsync(CancellationToken stop)
    {
        var wait = options.Value.PollInterval;
        foreach (var (endpoint, firstDue) in await claims.LookAsync(stop))
        {
            // A timer of the runtime may fire a little early: a millisecond more, and it is surely due.
            var dueIn = firstDue - clock.GetUtcNow() + TimeSpan.FromMilliseconds(1);
            if (firstDue > clock.GetUtcNow())
            {
                if (dueIn < wait) wait = dueIn;
                continue;
            }
            var pace = _paces.GetOrAdd(endpoint.Id, _ => new Pace());
            var free = Math.Min(
                pace.Free(options.Value.DeliveriesPerEndpointMax),
                options.Value.DeliveriesMax - Volatile.Read(ref _count));
            if (free <= 0) continue; // An end of those under way wakes the worker.
            var taken = await claims.TakeAsync(endpoint, free, stop);
            foreach (var claim in taken) Begin(claim, pace, stop);
            if (taken.Count == free) wake.Wake(); // There may be more, and room for it.
        }
        return wait;
    }

    private void Begin(DeliveryClaim claim, Pace pace, CancellationToken stop)
    {
        pace.Begin();
        Interlocked.Increment(ref _count);
        var sent = SendAsync(claim, pace, stop);
        _underWay[sent] = true;
        _ = sent.ContinueWith(
            done => _underWay.TryRemove(done, out _), CancellationToken.None, TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private async Task SendAsync(DeliveryClaim claim, Pace pace, CancellationToken stop)
    {
        var isWell = false;
        try
        {
            var answer = await send.HandleAsync(claim, stop);
            isWell = answer.IsTaken && answer.Took < options.Value.SlowAfter;
            // It has an answer, which a stop must not lose: it would be delivered twice for nothing.
            await record.HandleAsync(answer, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // The claim runs out, and it is sent again.
            if (!stop.IsCancellationRequested) Log.Lost(logger, failure, claim.Id);
        }
        finally
        {
            pace.End(isWell);
            Interlocked.Decrement(ref _count);
            wake.Wake();
        }
    }

    /// <summary>How much may be under way to one endpoint.</summary>
    private sealed class Pace
    {
        private readonly Lock _lock = new();
        private int _begun;
        private bool _isWell = true;

        public int Free(int most)
        {
            lock (_lock) return (_isWell ? most : 1) - _begun;
        }

        public void Begin()
        {
            lock (_lock) _begun++;
        }

        public void End(bool isWell)
        {
            lock (_lock)
            {
                _begun--;
                _isWell = isWell;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.RoundFailed, LogLevel.Warning,
            "A round of the webhooks' worker failed; the next one follows")]
        public static partial void RoundFailed(ILogger logger, Exception failure);

        [LoggerMessage(EventIds.DeliveryLost, LogLevel.Error,
            "What became of delivery {Delivery} could not be stored; it will be sent again")]
        public static partial void Lost(ILogger logger, Exception failure, Guid delivery);
    }
}
