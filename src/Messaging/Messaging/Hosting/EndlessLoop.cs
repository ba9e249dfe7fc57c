using Microsoft.Extensions.Logging;

namespace Tessera.Messaging.Hosting;

/// <summary>
/// The one way in which the library and its transports run a background loop: none ends in silence. A loop that nobody
/// watches and that has ended looks like a quiet system.
/// </summary>
public static partial class EndlessLoop
{
    private static readonly TimeSpan DelayMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DelayMax = TimeSpan.FromSeconds(5);

    /// <summary>Runs <paramref name="loop"/> until <paramref name="stop"/> fires. Whatever ends it before, an exception
    /// or a return, is logged as an error, and it starts again after a wait that doubles from 100 ms to 5 s. Never
    /// throws.</summary>
    /// <param name="part">What the loop does, for the log.</param>
    /// <param name="loop">Must be able to start anew at any point at which it may have failed.</param>
    /// <param name="clock">Measures the waits.</param>
    /// <param name="logger">Is told of each end.</param>
    /// <param name="stop">The only way to end it.</param>
    /// <param name="onFailure">Told of each end too, for a health report. Must not throw.</param>
    /// <param name="isAway">Whether the failure is one that mends itself as planned, such as a database that is away:
    /// one line of warning is enough then.</param>
    public static async Task RunAsync(
        string part, Func<CancellationToken, Task> loop, TimeProvider clock, ILogger logger, CancellationToken stop,
        Action<Exception>? onFailure = null, Func<Exception, bool>? isAway = null)
    {
        var backoff = new Backoff(DelayMin, DelayMax, clock);
        var failed = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                // Inside, so that a wait that fails is only one more failure.
                if (failed && !await backoff.WaitAsync(stop).ConfigureAwait(false)) return;
                failed = false;
                var started = clock.GetTimestamp();
                try
                {
                    await loop(stop).ConfigureAwait(false);
                }
                finally
                {
                    // A loop that ran well for a while does not pay for failures of long ago.
                    if (clock.GetElapsedTime(started) > DelayMax) backoff.Reset();
                }
                if (!stop.IsCancellationRequested) throw new InvalidOperationException("It ended by itself.");
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                failed = true;
                onFailure?.Invoke(failure);
                if (isAway?.Invoke(failure) == true) Log.LoopWaits(logger, part, failure.Message);
                else Log.LoopFailed(logger, failure, part);
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
