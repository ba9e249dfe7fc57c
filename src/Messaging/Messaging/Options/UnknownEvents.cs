namespace Tessera.Messaging;

/// <summary>What becomes of events of a type that this build of the service does not list.</summary>
public enum UnknownEvents
{
    /// <summary>They are settled, counted by type and named once in the log: nobody here will ever handle them.
    /// </summary>
    Count,

    /// <summary>They are parked, with what follows of their key behind them, until a build that lists their type
    /// replays them. For rolling upgrades: an old replica then swallows nothing that the new one would handle.
    /// </summary>
    Park,
}
