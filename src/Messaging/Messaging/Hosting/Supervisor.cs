using Microsoft.Extensions.Logging;
using Tessera.Messaging.Handling;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Hosting;

/// <summary>Keeps a background loop running: what ends it is logged and reported, and it starts
/// again after a wait.</summary>
internal sealed partial class Supervisor(
    IMessageStore store, TimeProvider clock, MessagingHealth health, ILogger<Supervisor> logger)
{
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    public async Task KeepRunningAsync(string part, Func<CancellationToken, Task> loop, CancellationToken stop)
    {
        var backoff = new Backoff(DelayMin, DelayMax, clock);
        while (!stop.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            try
            {
                await loop(stop).ConfigureAwait(false);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // A loop that ran well for a while does not pay for failures of long ago.
                if (clock.GetElapsedTime(started) > DelayMax) backoff.Reset();
                health.Failing(part, failure.Message);
                // The database or the broker away is planned for: it mends itself, and readiness tells it meanwhile.
                if (HandlerFailures.IsAway(failure) || store.IsTransient(failure))
                    Log.LoopWaits(logger, part, failure.Message);
                else Log.LoopFailed(logger, failure, part);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Warning, "{Part} cannot go on now and tries again: {Reason}")]
        public static partial void LoopWaits(ILogger logger, string part, string reason);

        [LoggerMessage(1001, LogLevel.Error, "{Part} failed and starts again")]
        public static partial void LoopFailed(ILogger logger, Exception failure, string part);
    }
}
