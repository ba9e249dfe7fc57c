namespace Tessera.Payments;

/// <summary>Wakes the worker of this process after a commit that left it something to do. A lost
/// wake-up costs one poll.</summary>
internal sealed class PaymentWake : IDisposable
{
    private readonly SemaphoreSlim _signal = new(0, 1);

    public void Wake()
    {
        if (_signal.CurrentCount > 0) return;
        try
        {
            _signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another thread woke it between the look and the release, which serves as well.
        }
    }

    /// <summary>True when woken, false when the time has passed.</summary>
    public Task<bool> WaitAsync(TimeSpan atMost, CancellationToken stop) => _signal.WaitAsync(atMost, stop);

    public void Dispose() => _signal.Dispose();
}
