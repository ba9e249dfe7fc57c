namespace Tessera.Messaging.Sqlite;

/// <summary>Something in the log that changes and is waited for.</summary>
internal sealed class LogTopic(TimeProvider clock)
{
    private TaskCompletionSource _changed = NewSignal();
    private long _version;

    /// <summary>Rises with each change that was noticed. Read it before looking at the log.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void Signal()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    /// <summary>Waits until the version differs from <paramref name="seen"/>, at most for a time.</summary>
    public async Task WaitAsync(long seen, TimeSpan atMost, CancellationToken stop)
    {
        var changed = Volatile.Read(ref _changed).Task;
        if (Version != seen) return;
        try
        {
            await changed.WaitAsync(atMost, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The time is over; the caller looks anyway.
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
