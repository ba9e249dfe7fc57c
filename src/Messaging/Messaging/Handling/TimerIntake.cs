using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Takes due timers out of the table; after a failure, those of a part of them that are still there.</summary>
internal sealed class TimerIntake(
    HandlerTable handlers, List<BatchItem> batch, Range? range, int limit, TimeProvider clock) : Intake
{
    /// <summary>The stream name under which timers are parked.</summary>
    public const string TimersStream = "timers";

    public override string Stream => TimersStream;

    public override Checkpoint Taken => Checkpoint.TimersTaken;

    public override Checkpoint Committed => Checkpoint.TimersCommitted;

    public override async Task<Taking> TakeAsync(IStoreSession session, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (range is null)
        {
            batch.Clear();
            var due = await session.TakeTimersAsync(now, limit, stop).ConfigureAwait(false);
            foreach (var timer in due) batch.Add(ToItem(timer));
            return Sort(batch, now);
        }
        var (start, count) = range.Value.GetOffsetAndLength(batch.Count);
        var part = batch.GetRange(start, count);
        var left = await session.TakeTimersAsync([.. part.Select(item => item.Event.Id)], stop).ConfigureAwait(false);
        var there = left.Select(timer => timer.Id).ToHashSet();
        part.RemoveAll(item => !there.Contains(item.Event.Id));
        return Sort(part, now);
    }

    private static Taking Sort(List<BatchItem> items, DateTimeOffset now)
    {
        List<ParkedMessage>? parked = null;
        var handled = new List<BatchItem>(items.Count);
        foreach (var item in items)
        {
            if (item.ParkReason is null) handled.Add(item);
            else (parked ??= []).Add(new ParkedMessage(0, item.Event, item.ParkReason, item.Failures, now));
        }
        return new Taking(handled, parked);
    }

    private BatchItem ToItem(TimerRow timer)
    {
        var invoker = handlers.FindTimer(timer.Type);
        var envelope = new EventEnvelope
        {
            Id = timer.Id,
            Stream = TimersStream,
            Key = timer.Key,
            Type = timer.Type,
            Source = "/" + TimersStream,
            Time = timer.Due,
            TraceParent = timer.TraceParent,
            Data = timer.Data,
        };
        // A timer is a promise that the service made to itself: without a handler it is kept for an operator,
        // not dropped.
        return new BatchItem(envelope, invoker)
        {
            ParkReason = invoker is null ? $"The service has no handler for the timer '{timer.Type}'." : null,
            Failures = invoker is null ? 1 : 0,
        };
    }
}
