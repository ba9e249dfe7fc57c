namespace Tessera.Messaging.Publishing;

/// <summary>Wakes the relay and the timer loop of this process after a commit. Losing a wake-up costs milliseconds:
/// both also poll.</summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly SemaphoreSlim _relay = new(0, 1);
    private readonly SemaphoreSlim _timers = new(0, 1);
    private readonly SemaphoreSlim _replay = new(0, 1);

    private bool _committed;

    public void WakeRelay()
    {
        Volatile.Write(ref _committed, true);
        Release(_relay);
    }

    /// <summary>Wakes the relay because a batch of its own is on its way no more.</summary>
    public void Landed() => Release(_relay);

    /// <summary>Whether there was a commit since the last call.</summary>
    public bool TakeCommitted() => Volatile.Read(ref _committed) && Interlocked.Exchange(ref _committed, false);

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
