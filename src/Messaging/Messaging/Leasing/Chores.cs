namespace Tessera.Messaging.Leasing;

/// <summary>Work that one process of a service does for all: the slots of one group of leases.</summary>
internal static class Chores
{
    public const string Group = "chores";

    public const int Timers = 0;
    public const int Replay = 1;
    public const int Retention = 2;

    public const int Count = 3;
}
