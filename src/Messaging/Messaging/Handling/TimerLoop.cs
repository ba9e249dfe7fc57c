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
            else if (failure.IsTransient || batch.Count == 0)
            {
                if (stop.IsCancellationRequested) return;
                health.Failing(Part, failure.Reason);
                wait = away.Next();
                Log.Waiting(logger, failure.Cause, wait);
                if (range is not null) pending.Push(range.Value);
            }
            else
            {
                wait = search.Divide(range ?? 0..batch.Count, failure, pending);
            }
            if (failure is not null)
                await Task.Delay(wait, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (pending.TryPop(out var next)) range = next;
            else if (failure is null || range is not null) return;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1321, LogLevel.Warning, "Due timers wait for {Wait}: they cannot be handled now")]
        public static partial void Waiting(ILogger logger, Exception cause, TimeSpan wait);
    }
}
