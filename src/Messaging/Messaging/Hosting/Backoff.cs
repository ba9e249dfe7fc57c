namespace Tessera.Messaging.Hosting;

/// <summary>Waits that double from <paramref name="min"/> to <paramref name="max"/>, each shortened by up to a quarter
/// at random so that processes that failed together do not come back together.</summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, TimeProvider clock)
{
    private int _failures;

    public int Failures => _failures;

    public void Reset() => _failures = 0;

    public TimeSpan Next() => DelayAfter(++_failures, min, max);

    /// <summary>Waits the next delay; returns false at once when <paramref name="stop"/> has fired,
    /// without throwing.</summary>
    public async Task<bool> WaitAsync(CancellationToken stop)
    {
        await Task.Delay(Next(), clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }

    public static TimeSpan DelayAfter(int failures, TimeSpan min, TimeSpan max)
    {
        var doubled = min * Math.Pow(2, Math.Clamp(failures - 1, 0, 30));
        var delay = doubled < max ? doubled : max;
#pragma warning disable CA5394 // Jitter needs no secret randomness.
        return delay * (1 - (Random.Shared.NextDouble() / 4));
#pragma warning restore CA5394
    }
}
