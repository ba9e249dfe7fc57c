namespace Tessera.Messaging.Publishing;

/// <summary>Wakes the relay and the timer loop of this process after a commit. Losing a wake-up costs milliseconds:
/// both also poll.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _relay = new(0, 1);
    private readonly SemaphoreSlim _timers = new(0, 1);
    private readonly SemaphoreSlim _replay = new(0, 1);

    public void WakeRelay() => Release(_relay);

    public void WakeTimers() => Release(_timers);

    /// <summary>True when woken, false when the time is over.</summary>
    public Task<bool> WaitForRelayAsync(TimeSpan atMost, CancellationToken stop) => _relay.WaitAsync(atMost, stop);

    /// <inheritdoc cref="WaitForRelayAsync"/>
    public Task<bool> WaitForTimersAsync(TimeSpan atMost, CancellationToken stop) => _timers.WaitAsync(atMost, stop);

    public void WakeReplay() => Release(_replay);

    /// <inheritdoc cref="WaitForRelayAsync"/>
    public Task<bool> WaitForReplayAsync(TimeSpan atMost, CancellationToken stop) => _replay.WaitAsync(atMost, stop);

    public void Dispose()
    {
        _relay.Dispose();
        _timers.Dispose();
        _replay.Dispose();
    }

    private static void Release(SemaphoreSlim signal)
    {
        if (signal.CurrentCount > 0) return;
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another thread woke it between the look and the release, which serves as well.
        }
    }
}
