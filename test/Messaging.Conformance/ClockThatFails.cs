namespace Tessera.Messaging.Conformance;

/// <summary>A clock that throws when it is told to, once: what no loop expects, wherever it looks at the time or waits
/// next.</summary>
internal sealed class ClockThatFails : TimeProvider
{
    private int _armed;
    private int _failures;

    public int Failures => Volatile.Read(ref _failures);

    public void FailOnce() => Volatile.Write(ref _armed, 1);

    public override long GetTimestamp()
    {
        MayFail();
        return base.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        MayFail();
        return base.CreateTimer(callback, state, dueTime, period);
    }

    private void MayFail()
    {
        if (Interlocked.Exchange(ref _armed, 0) == 0) return;
        Interlocked.Increment(ref _failures);
        throw new InvalidOperationException("A test makes this fail.");
    }
}
