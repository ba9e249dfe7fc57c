namespace Tessera.MailDefaults;

/// <summary>Wakes who sends. What is missed is found by looking again.</summary>
public sealed class MailSignal : IDisposable
{
    private static readonly TimeSpan interval = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _waiting = new(0, 1);

    public void Wake()
    {
        try
        {
            _waiting.Release();
        }
        catch (SemaphoreFullException)
        {
            // It has been woken already.
        }
    }

    public Task WaitAsync(CancellationToken stop) => _waiting.WaitAsync(interval, stop);

    public void Dispose() => _waiting.Dispose();
}
