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
    IMessageStore store, IServiceScopeFactory scopes, HandlerTable handlers, MessageRegistry registry,
    MessagingSystem system, Checkpoints checkpoints, TimeProvider clock)
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
            var handling = items.Count > 0
                ? await HandleAsync(intake.Stream, items, work, attempt, stop).ConfigureAwait(false) : default;
            attempt.Release();
            checkpoints.Pass(Checkpoint.ConsumeHandled);
            if (parked is not null) session.Park(parked);
            checkpoints.Pass(Checkpoint.ConsumeBeforeCommit);
            await SettleAsync(intake.Stream, items.Count, work, handling, stop).ConfigureAwait(false);
            checkpoints.Pass(intake.Committed);
            MessagingMetrics.Committed(
                system.Of(intake.Stream), intake.Stream, registry.Service, items.Count,
                clock.GetElapsedTime(started));
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

    private async Task SettleAsync(
        string stream, int count, UnitOfWork work, ActivityContext handling, CancellationToken stop)
    {
        using var span = MessagingTraces.StartSettle(system.Of(stream), stream, registry.Service, handling, count);
        try
        {
            await work.CommitSessionAsync(stop).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            span.Failed(failure);
            throw;
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

    /// <returns>The span of the batch, or of the one message; none when nothing is recorded.</returns>
    private async Task<ActivityContext> HandleAsync(
        string stream, List<BatchItem> items, UnitOfWork work, Attempt attempt, CancellationToken stop)
    {
        var through = system.Of(stream);
        using var batchSpan = items.Count > 1 && MessagingTraces.AreRecorded
            ? MessagingTraces.StartReceive(
                through, stream, registry.Service, items.Select(item => item.Event), items.Count)
            : null;
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
        var handled = batch;
        for (var i = 0; i < items.Count;)
        {
            var item = items[i];
            var count = item.Invoker!.IsBatch ? Neighbours(items, i) : 1;
            attempt.Blame(item, count);
            work.Cause = item.Event;
            using var spans = StartProcess(through, items, i, count, batch);
            if (batch == default) handled = spans.First;
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
                spans.Failed(failure);
                throw;
            }
            i += count;
        }
        work.Cause = null;
        return handled;
    }

    private ProcessSpans StartProcess(
        string through, List<BatchItem> items, int first, int count, ActivityContext batch)
    {
        var spans = new ProcessSpans(count);
        // The first one last, so that it is the current one.
        for (var i = first + count - 1; i >= first; i--)
            spans.Add(MessagingTraces.StartProcess(through, registry.Service, items[i].Event, batch));
        return spans;
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
