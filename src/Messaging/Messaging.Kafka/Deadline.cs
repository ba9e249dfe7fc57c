namespace Tessera.Messaging.Kafka;

/// <summary>A bound on waiting, by the monotonic clock: setting the time of day neither ends nor prolongs it.</summary>
internal readonly struct Deadline(TimeProvider clock, TimeSpan after)
{
    private readonly long _begun = clock.GetTimestamp();

    /// <summary>What is left of the time; never negative.</summary>
    public TimeSpan Left
    {
        get
        {
            var left = after - clock.GetElapsedTime(_begun);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    public bool HasPassed => Left == TimeSpan.Zero;
}
