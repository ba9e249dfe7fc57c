using Microsoft.Extensions.Logging;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Moving;

/// <summary>
/// Stands before the pipeline while several brokers are read: what follows an opening marker waits until
/// its closing marker was seen in the old broker, by whichever process of the service reads that. What
/// does not wait is handled first.
/// </summary>
internal sealed partial class MoveGate(
    Brokers brokers, ConsumePipeline pipeline, IMessageStore store, MessageRegistry registry, TimeProvider clock,
    ILogger<MoveGate> logger)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan InspectInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CloseAgainIntervalMax = TimeSpan.FromMinutes(1);

    public async Task<DeliveryOutcome> HandleAsync(Subscription read, Delivery delivery, CancellationToken revoked)
    {
        if (!brokers.AreSeveral || !delivery.Messages.Any(message => MoveMarker.Read(message) is not null))
            return await pipeline.HandleAsync(read.Stream, delivery, revoked).ConfigureAwait(false);
        try
        {
            return await HandleMarkedAsync(read, delivery.Messages, revoked).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The database or the other broker is away: nothing is lost by having all of it again.
            if (!revoked.IsCancellationRequested) Log.GateFailed(logger, failure, read.Stream);
            await Task.Delay(LookInterval, clock, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return DeliveryOutcome.Redeliver;
        }
    }

    private async Task<DeliveryOutcome> HandleMarkedAsync(
        Subscription read, IReadOnlyList<WireMessage> messages, CancellationToken revoked)
    {
        var (lookedAt, interval) = (clock.GetTimestamp(), InspectInterval);
        while (true)
        {
            var (ready, closed, waiting, awaited) = await SortAsync(
                read.Stream, messages, revoked).ConfigureAwait(false);
            if (ready.Count > 0)
            {
                var outcome = await pipeline.HandleAsync(
                    read.Stream, new Delivery(ready), revoked).ConfigureAwait(false);
                if (outcome != DeliveryOutcome.Settle) return outcome;
            }
            // Only now: a marker that counts as seen says that all before it is handled.
            if (closed.Count > 0) await RememberAsync(read.Stream, closed, revoked).ConfigureAwait(false);
            if (waiting.Count == 0) return DeliveryOutcome.Settle;
            messages = waiting;
            await Task.Delay(LookInterval, clock, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (revoked.IsCancellationRequested) return DeliveryOutcome.Redeliver;
            if (clock.GetElapsedTime(lookedAt) < interval) continue;
            lookedAt = clock.GetTimestamp();
            var wasClosedAgain = false;
            foreach (var (partition, marker) in awaited)
            {
                if (!await IsDrainedAsync(read, partition, marker, revoked).ConfigureAwait(false)) continue;
                if (brokers.Find(marker.From)!.Features.CountsLent)
                {
                    Log.NeverCame(logger, read.Stream, partition, marker.From);
                    await RememberAsync(read.Stream, [marker.Move], revoked).ConfigureAwait(false);
                    continue;
                }
                await CloseAgainAsync(read.Stream, partition, marker, revoked).ConfigureAwait(false);
                wasClosedAgain = true;
            }
            // Its reader may be slow; once is enough.
            if (wasClosedAgain && interval < CloseAgainIntervalMax) interval *= 2;
        }
    }

    private async Task<Sorted> SortAsync(string stream, IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        var sorted = new Sorted([], [], [], []);
        foreach (var message in messages)
        {
            var marker = MoveMarker.Read(message);
            if (sorted.Awaited.ContainsKey(message.Partition)) sorted.Waiting.Add(message);
            else if (marker is null) sorted.Ready.Add(message);
            else if (marker.IsClosing) sorted.Closed.Add(marker.Move);
            else if (brokers.Find(marker.From) is not null
                && !await WasSeenAsync(stream, marker.Move, stop).ConfigureAwait(false))
            {
                sorted.Awaited.Add(message.Partition, marker);
                sorted.Waiting.Add(message);
            }
        }
        return sorted;
    }

    /// <summary>
    /// A subscriber that is younger than the move never gets the closing marker. The opening one says that
    /// the closing one was accepted before it; so once nothing of the old partition is unread, the marker
    /// was either seen or never came.
    /// </summary>
    private async Task<bool> IsDrainedAsync(
        Subscription read, int partition, MoveMarker marker, CancellationToken stop)
    {
        var states = await brokers.Find(marker.From)!.InspectAsync(read, stop).ConfigureAwait(false);
        return states.FirstOrDefault(state => state.Partition == partition) is { Unread: 0 }
            && !await WasSeenAsync(read.Stream, marker.Move, stop).ConfigureAwait(false);
    }

    /// <summary>Where another process may still hold some of the old partition uncounted, the marker is sent there
    /// again: whoever reads it handles all that is lent to it before that.</summary>
    private async Task CloseAgainAsync(string stream, int partition, MoveMarker marker, CancellationToken stop)
    {
        var from = brokers.Find(marker.From)!;
        var closing = (marker with { IsClosing = true }).Write(stream, registry.Source, partition, clock.GetUtcNow());
        var result = await from.SendAsync([closing], stop).ConfigureAwait(false);
        if (result.Failures.Count > 0)
        {
            throw new TransportUnavailableException(
                $"{from.Name} did not take the marker of a move: {result.Failures[0].Reason}");
        }
        Log.ClosedAgain(logger, stream, partition, marker.From);
    }

    /// <summary>The inbox knows the markers that were seen, as it knows the events that were handled.</summary>
    private async Task<bool> WasSeenAsync(string stream, Guid move, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var admission = await session.AdmitAsync(stream, [move], [], clock.GetUtcNow(), stop).ConfigureAwait(false);
            await session.RollbackAsync().ConfigureAwait(false);
            return !admission.New.Contains(move);
        }
    }

    private async Task RememberAsync(string stream, IReadOnlyList<Guid> moves, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.AdmitAsync(stream, moves, [], clock.GetUtcNow(), stop).ConfigureAwait(false);
            await session.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>What of a delivery can be handled now, what closes, and what waits for which marker.</summary>
    private sealed record Sorted(
        List<WireMessage> Ready, List<Guid> Closed, List<WireMessage> Waiting, Dictionary<int, MoveMarker> Awaited);

    private static partial class Log
    {
        [LoggerMessage(1261, LogLevel.Warning,
            "Events of {Stream} wait: whether their old partition is read to its end cannot be told now")]
        public static partial void GateFailed(ILogger logger, Exception failure, string stream);

        [LoggerMessage(1262, LogLevel.Information,
            "Partition {Partition} of {Stream} goes on: {From} holds nothing more of it, " +
            "and its last marker is older than this subscriber")]
        public static partial void NeverCame(ILogger logger, string stream, int partition, string from);

        [LoggerMessage(1263, LogLevel.Information,
            "Partition {Partition} of {Stream} waits for what another process may hold of it: {From} was sent its " +
            "last marker again, because the one before may be older than this subscriber")]
        public static partial void ClosedAgain(ILogger logger, string stream, int partition, string from);
    }
}
