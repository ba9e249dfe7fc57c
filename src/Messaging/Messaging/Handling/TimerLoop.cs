using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Leasing;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Handles timers soon after they are due, as the consumer handles events: in batches,
/// in one transaction each.</summary>
internal sealed partial class TimerLoop(
    IMessageStore store, BatchExecutor executor, HandlerTable handlers, OutboxSignal signal, LeaseKeeper leases,
    IOptions<TimersOptions> options, IOptions<ConsumeOptions> consume, TimeProvider clock,
    Checkpoints checkpoints, MessagingHealth health, ILogger<TimerLoop> logger)
{
    public const string Part = "timers";

    private readonly TimersOptions _options = options.Value;
    private readonly Backoff _putOff = new(consume.Value.RetryDelayMin, consume.Value.RetryDelayMax, clock);
    private DateTimeOffset _putOffUntil;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (!leases.Holds(Chores.Timers))
            {
                await signal.WaitForTimersAsync(_options.PollInterval, stop).ConfigureAwait(false);
                continue;
            }
            var due = await store.NextTimerDueAsync(stop).ConfigureAwait(false);
            health.Healthy(Part);
            var wait = due is null ? _options.PollInterval : due.Value - clock.GetUtcNow();
            if (wait <= TimeSpan.Zero) await HandleDueAsync(stop).ConfigureAwait(false);
            else await WaitAsync(wait, stop).ConfigureAwait(false);
        }
    }

    /// <summary>A timer scheduled meanwhile wakes us if by this process; another process's is seen
    /// at the next look.</summary>
    private Task<bool> WaitAsync(TimeSpan wait, CancellationToken stop) =>
        // A timer of the runtime may fire a little early: a millisecond more, and it is surely due.
        signal.WaitForTimersAsync(
            wait < _options.PollInterval ? wait + TimeSpan.FromMilliseconds(1) : _options.PollInterval, stop);

    private async Task HandleDueAsync(CancellationToken stop)
    {
        var batch = new List<BatchItem>();
        var pending = new Stack<Range>();
        var away = new Backoff(consume.Value.RetryDelayMin, consume.Value.RetryDelayMax, clock);
        var search = new PoisonSearch(batch, consume.Value, clock, checkpoints, logger);
        var putOff = new List<Guid>();
        Range? range = null;
        while (!stop.IsCancellationRequested)
        {
            var failure = await executor.TryAsync(
                new TimerIntake(handlers, batch, range, _options.BatchSize, clock), stop).ConfigureAwait(false);
            var wait = TimeSpan.Zero;
            if (failure is null)
            {
                health.Healthy(Part);
            }
            else if (stop.IsCancellationRequested)
            {
                return;
            }
            else if (failure is { IsTransient: true, Suspect: not null } && !store.IsTransient(failure.Cause))
            {
                // Something that the handler of this timer asks; those of the others may need nothing of it.
                Log.PuttingOff(logger, failure.Cause, failure.Suspect.Event.Type, failure.Suspect.Event.Key);
                putOff.AddRange(SetAside(batch, range ?? 0..batch.Count, failure, pending));
            }
            else if (failure.IsTransient || batch.Count == 0)
            {
                health.Failing(Part, failure.Reason);
                wait = away.Next();
                Log.Waiting(logger, failure.Cause, wait);
                if (range is not null) pending.Push(range.Value);
            }
            else
            {
                wait = search.Divide(range ?? 0..batch.Count, failure, pending);
            }
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (pending.TryPop(out var next)) range = next;
            else if (failure is null || range is not null || putOff.Count > 0) break;
        }
        await PutOffAsync(putOff, stop).ConfigureAwait(false);
    }

    /// <summary>Puts what is left of the range on <paramref name="pending"/>, first part on top.</summary>
    /// <returns>Those that asked what is away.</returns>
    private static IEnumerable<Guid> SetAside(
        List<BatchItem> batch, Range range, BatchFailure failure, Stack<Range> pending)
    {
        var (start, count) = range.GetOffsetAndLength(batch.Count);
        var (first, length) = (batch.IndexOf(failure.Suspect!, start, count), failure.SuspectCount);
        if (first < 0 || first + length > start + count) (first, length) = (start, count);
        if (first + length < start + count) pending.Push((first + length)..(start + count));
        if (first > start) pending.Push(start..first);
        return batch.GetRange(first, length).Select(item => item.Event.Id);
    }

    /// <summary>In the table and not in memory: however many ask what is away, the others come before them.</summary>
    private async Task PutOffAsync(List<Guid> timers, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (timers.Count > 0)
        {
            _putOffUntil = now + _putOff.Next();
            await store.PutOffTimersAsync(timers, _putOffUntil, stop).ConfigureAwait(false);
        }
        else if (now >= _putOffUntil)
        {
            _putOff.Reset();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1321, LogLevel.Warning, "Due timers wait for {Wait}: they cannot be handled now")]
        public static partial void Waiting(ILogger logger, Exception cause, TimeSpan wait);

        [LoggerMessage(1322, LogLevel.Warning,
            "The due timer {TimerType} of {Key} is put off: something that its handler asks is away")]
        public static partial void PuttingOff(ILogger logger, Exception cause, string timerType, string key);
    }
}
