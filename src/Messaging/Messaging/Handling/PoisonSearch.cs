using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.Handling;

/// <summary>
/// Divides a batch that failed into smaller ones, until the failing message stands alone; gives that one its attempts,
/// and then up on it. Order is kept: the parts are handled in the order they stand in.
/// </summary>
internal sealed partial class PoisonSearch(
    List<BatchItem> batch, ConsumeOptions options, TimeProvider clock, Checkpoints checkpoints, ILogger logger)
{
    private long? _heldSince;

    /// <summary>Puts what is to be tried next on <paramref name="pending"/>, first part on top.</summary>
    /// <returns>How long to wait before.</returns>
    public TimeSpan Divide(Range range, BatchFailure failure, Stack<Range> pending)
    {
        _heldSince ??= clock.GetTimestamp();
        var (start, count) = range.GetOffsetAndLength(batch.Count);
        if (count == 1) return Retry(start, failure, pending);

        var (first, length) = failure.Suspect is null
            ? (start, count)
            : (batch.IndexOf(failure.Suspect, start, count), failure.SuspectCount);
        // Messages of a batch handler need not stand next to each other here: dropped ones may lie between.
        if (first < 0 || length >= count || first + length > start + count) (first, length) = (start, count / 2);
        if (first + length < start + count) pending.Push((first + length)..(start + count));
        if (length == 1 && failure.Suspect is not null)
        {
            var wait = Retry(first, failure, pending);
            if (first == start) return wait;
            // What stands before it is well; the failing one has its next try after that.
            pending.Push(start..first);
            return TimeSpan.Zero;
        }
        pending.Push(first..(first + length));
        if (first > start) pending.Push(start..first);
        Log.Dividing(logger, failure.Cause, count);
        return TimeSpan.Zero;
    }

    private TimeSpan Retry(int index, BatchFailure failure, Stack<Range> pending)
    {
        var item = batch[index];
        pending.Push(index..(index + 1));
        // It is the parking that failed, which lies with the database.
        if (item.ParkReason is not null) return options.RetryDelayMax;
        item.Failures++;
        var heldTooLong = clock.GetElapsedTime(_heldSince!.Value) > options.HoldTimeMax;
        if (failure.IsFinal || heldTooLong || item.Failures >= options.Attempts)
        {
            item.ParkReason = failure.Reason;
            Log.Parking(logger, failure.Cause, item.Event.Type, item.Event.Id, item.Event.Key, item.Failures);
            checkpoints.Pass(Checkpoint.ParkDecided);
            JoinNext(pending);
            return TimeSpan.Zero;
        }
        Log.Retrying(logger, failure.Cause, item.Event.Type, item.Event.Id, item.Event.Key, item.Failures);
        return Backoff.DelayAfter(item.Failures, options.RetryDelayMin, options.RetryDelayMax);
    }

    /// <summary>The message is parked in the transaction that handles what comes after it.</summary>
    private void JoinNext(Stack<Range> pending)
    {
        var parked = pending.Pop();
        if (pending.TryPeek(out var next) && next.Start.Value == parked.End.Value
            && next.End.Value - parked.Start.Value <= options.BatchSize)
        {
            pending.Pop();
            pending.Push(parked.Start..next.End);
            return;
        }
        pending.Push(parked);
    }

    private static partial class Log
    {
        [LoggerMessage(1301, LogLevel.Warning, "A batch of {Count} failed together; trying smaller ones")]
        public static partial void Dividing(ILogger logger, Exception cause, int count);

        [LoggerMessage(1302, LogLevel.Warning,
            "{EventType} {EventId} of key {Key} failed {Failures} times; trying again")]
        public static partial void Retrying(
            ILogger logger, Exception cause, string eventType, Guid eventId, string key, int failures);

        [LoggerMessage(1303, LogLevel.Error, "Parking {EventType} {EventId} of key {Key} after {Failures} failures")]
        public static partial void Parking(
            ILogger logger, Exception cause, string eventType, Guid eventId, string key, int failures);
    }
}
