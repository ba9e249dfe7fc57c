namespace Tessera.Webhooks;

/// <summary>Wakes the worker of this process when something may be due. A lost wake-up costs one poll.</summary>
internal sealed class DeliveryWake : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Wake()
    {
        if (_signal.CurrentCount > 0) return;
        try
        {
            _signal.Release();
        }
        catch (Exception woken) when (woken is SemaphoreFullException or ObjectDisposedException)
        {
            // Another thread woke it between the look and the release, or the process stops.
        }
    }

    /// <summary>True when woken, false when the time has passed.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken stop) => _signal.WaitAsync(atMost, stop);

    public void Dispose() => _signal.Dispose();
}
