using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Leasing;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Handling;

/// <summary>Handles the parked messages that an operator asked for again, in order per key. A key's replay ends with
/// its last message or with the first that fails; that one and those behind it stay parked.</summary>
internal sealed partial class ReplayLoop(
    IMessageStore store, BatchExecutor executor, HandlerTable handlers, OutboxSignal signal, LeaseKeeper leases,
    IOptions<ConsumeOptions> options, Checkpoints checkpoints, MessagingHealth health, ILogger<ReplayLoop> logger)
{
    public const string Part = "replay";

    /// <summary>How long a request of another process may lie unseen.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    private const int KeysMax = 100;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await ReplayRoundAsync(stop).ConfigureAwait(false) is { } interrupted)
                ExceptionDispatchInfo.Throw(interrupted);
            health.Healthy(Part);
            await signal.WaitForReplayAsync(PollInterval, stop).ConfigureAwait(false);
        }
    }

    /// <summary>Every key that is asked for has its turn, however many before it are interrupted.</summary>
    private async Task<RetryLaterException?> ReplayRoundAsync(CancellationToken stop)
    {
        RetryLaterException? interrupted = null;
        IReadOnlyList<ParkedKey> keys = [];
        do
        {
            if (!leases.Holds(Chores.Replay)) break;
            keys = await store.ListReplaysAsync(keys.Count == 0 ? null : keys[^1], KeysMax, stop).ConfigureAwait(false);
            foreach (var key in keys)
            {
                if (!leases.Holds(Chores.Replay)) continue;
                try
                {
                    await ReplayAsync(key, stop).ConfigureAwait(false);
                }
                catch (RetryLaterException away) when (!store.IsTransient(away.InnerException!))
                {
                    // Something that the handlers of this key ask; those of the next may need nothing of it.
                    interrupted ??= away;
                }
            }
        }
        while (keys.Count == KeysMax);
        return interrupted;
    }

    private async Task ReplayAsync(ParkedKey key, CancellationToken stop)
    {
        var limit = options.Value.BatchSize;
        while (!stop.IsCancellationRequested)
        {
            var intake = new ReplayIntake(handlers, key, limit);
            var failure = await executor.TryAsync(intake, stop).ConfigureAwait(false);
            if (failure is null)
            {
                if (intake.Items.Count == 0) return;
                Log.Replayed(logger, intake.Items.Count, key.Key);
                limit = options.Value.BatchSize;
                continue;
            }
            // The database, or what a handler asks, is away: the loop starts anew after a wait.
            if (failure.IsTransient)
                throw new RetryLaterException("A replay was interrupted: " + failure.Reason, failure.Cause);

            var suspect = failure.Suspect is null ? -1 : intake.Items.IndexOf(failure.Suspect);
            if (suspect > 0)
            {
                limit = suspect; // Those before it are well.
            }
            else if (intake.Items.Count > 1 && (suspect < 0 || failure.SuspectCount > 1))
            {
                limit = intake.Items.Count / 2;
            }
            else
            {
                var first = intake.Items[0];
                Log.Failed(logger, failure.Cause, first.Event.Type, first.Event.Id, key.Key);
                await store.EndReplayAsync(key, first.Event.Id, failure.Reason, first.Failures + 1, stop)
                    .ConfigureAwait(false);
                checkpoints.Pass(Checkpoint.ReplayEnded);
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1331, LogLevel.Information, "Replayed {Count} parked messages of key {Key}")]
        public static partial void Replayed(ILogger logger, int count, string key);

        [LoggerMessage(1332, LogLevel.Error, "{EventType} {EventId} of key {Key} failed again and stays parked")]
        public static partial void Failed(ILogger logger, Exception cause, string eventType, Guid eventId, string key);
    }
}
