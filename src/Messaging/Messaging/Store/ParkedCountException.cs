namespace Tessera.Messaging.Store;

/// <summary>An operator has decided about a number of parked messages, and by now it is another one. Nothing was done.
/// </summary>
public sealed class ParkedCountException(int expected, int now)
    : Exception($"{now} messages would be concerned now, not {expected}: look again.")
{
    public int Now => now;
}
