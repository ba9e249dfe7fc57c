using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;

namespace Tessera.Messaging.Handling;

/// <summary>
/// One attempt at one batch: one scope, one transaction, the handlers in order, one commit. Either all
/// of it happened or nothing did.
/// </summary>
internal sealed class BatchExecutor(
    IMessageStore store, IServiceScopeFactory scopes,
    HandlerTable handlers, Checkpoints checkpoints, TimeProvider clock)
{
    /// <summary>Null when committed (or when there was nothing to do); else nothing was.</summary>
    public async Task<BatchFailure?> TryAsync(Intake intake, CancellationToken stop)
    {
        var attempt = new Attempt(handlers.Count);
        var started = clock.GetTimestamp();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await using var session = await store.BeginAsync(stop).ConfigureAwait(false);
            checkpoints.Pass(Checkpoint.ConsumeBegun);
            var (items, parked) = await intake.TakeAsync(session, stop).ConfigureAwait(false);
            checkpoints.Pass(intake.Taken);
            if (items.Count == 0 && parked is null)
            {
                await session.RollbackAsync().ConfigureAwait(false);
                return null;
            }
            var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
            work.Join(session);
            attempt.Stage = Stage.Handling;
            Resolve(scope.ServiceProvider, items, attempt);
            if (items.Count > 0) await HandleAsync(intake.Stream, items, work, attempt, stop).ConfigureAwait(false);
            attempt.Release();
            checkpoints.Pass(Checkpoint.ConsumeHandled);
            if (parked is not null) session.Park(parked);
            checkpoints.Pass(Checkpoint.ConsumeBeforeCommit);
            await work.CommitSessionAsync(stop).ConfigureAwait(false);
            checkpoints.Pass(intake.Committed);
            MessagingMetrics.Committed(intake.Stream, items.Count, clock.GetElapsedTime(started));
            if (parked is null) return null;
            checkpoints.Pass(Checkpoint.ParkCommitted);
            MessagingMetrics.Parked(intake.Stream, parked.Count);
            return null;
        }
        catch (Exception cause)
        {
            return attempt.Failed(cause, HandlerFailures.IsAway(cause) || store.IsTransient(cause));
        }
    }

    /// <summary>A handler that cannot be made fails its messages as one that throws does: the other handlers
    /// of the batch are none of its business.</summary>
    private static void Resolve(IServiceProvider services, List<BatchItem> items, Attempt attempt)
    {
        foreach (var item in items)
        {
            attempt.Blame(item, 1);
            ref var handler = ref attempt.Handlers[item.Invoker!.Index];
            handler ??= services.GetRequiredService(item.Invoker.Handler);
        }
    }

    private async Task HandleAsync(
        string stream, List<BatchItem> items, UnitOfWork work, Attempt attempt, CancellationToken stop)
    {
        using var batchSpan = StartBatchSpan(stream, items);
        var batch = batchSpan?.Context ?? default;
        foreach (var item in items)
        {
            attempt.Blame(item, 1);
            attempt.Stage = Stage.Reading;
            item.Message = item.Invoker!.Deserialize(item.Event.Data);
        }
        attempt.Release();
        attempt.Stage = Stage.Handling;
        if (handlers.AnyPrefetches) await PrefetchAsync(items, attempt, stop).ConfigureAwait(false);
        for (var i = 0; i < items.Count;)
        {
            var item = items[i];
            var count = item.Invoker!.IsBatch ? Neighbours(items, i) : 1;
            attempt.Blame(item, count);
            work.Cause = item.Event;
            using var span = MessagingTraces.StartProcess(item.Event, batch);
            var handler = attempt.Handlers[item.Invoker.Index]!;
            try
            {
                var handling = item.Invoker.IsBatch
                    ? item.Invoker.HandleBatchAsync(handler, items, i, count, work, stop)
                    : item.Invoker.HandleAsync(
                        handler, item.Message!, new MessageContext(work, item.Event, item.Failures + 1), stop);
                await handling.ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                span.Failed(failure);
                throw;
            }
            i += count;
        }
        work.Cause = null;
    }

    private static async Task PrefetchAsync(List<BatchItem> items, Attempt attempt, CancellationToken stop)
    {
        var done = new HashSet<HandlerInvoker>();
        foreach (var item in items)
        {
            if (!item.Invoker!.Prefetches || !done.Add(item.Invoker)) continue;
            var handler = attempt.Handlers[item.Invoker.Index]!;
            await item.Invoker.PrefetchAsync(handler, items, stop).ConfigureAwait(false);
        }
    }

    private static int Neighbours(List<BatchItem> items, int first)
    {
        var end = first + 1;
        while (end < items.Count && items[end].Invoker == items[first].Invoker) end++;
        return end - first;
    }

    private static Activity? StartBatchSpan(string stream, List<BatchItem> items)
    {
        if (items.Count == 1 || !MessagingTraces.AreRecorded) return null;
        var links = new List<ActivityLink>(items.Count);
        foreach (var item in items)
        {
            if (ActivityContext.TryParse(
                item.Event.TraceParent, item.Event.TraceState, isRemote: true, out var context))
            {
                links.Add(new ActivityLink(context));
            }
        }
        return MessagingTraces.StartBatch("receive", stream, links, items.Count);
    }

    private enum Stage
    {
        Taking,
        Reading,
        Handling,
    }

    private sealed class Attempt(int handlers)
    {
        private BatchItem? _suspect;
        private int _suspectCount;

        public object?[] Handlers { get; } = new object?[handlers];

        public Stage Stage { get; set; }

        public void Blame(BatchItem item, int count) => (_suspect, _suspectCount) = (item, count);

        public void Release() => (_suspect, _suspectCount) = (null, 0);

        public BatchFailure Failed(Exception cause, bool transient)
        {
            // Before a handler was reached, whatever failed would fail for any message.
            var innocent = transient || Stage == Stage.Taking;
            return new BatchFailure(cause, innocent, _suspect, _suspectCount, IsFinal: Stage == Stage.Reading);
        }
    }
}
