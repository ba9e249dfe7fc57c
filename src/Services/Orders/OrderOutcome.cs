namespace Tessera.Orders;

/// <summary>What came of an input.</summary>
internal abstract record OrderOutcome
{
    /// <summary>The order entered another state.</summary>
    public sealed record Changed(HistoryEntry Entry) : OrderOutcome;

    /// <summary>The order remembers it, in the same state.</summary>
    public sealed record Noted(HistoryEntry Entry) : OrderOutcome;

    public sealed record Ignored : OrderOutcome;

    public sealed record Refused(string Why) : OrderOutcome;
}

internal sealed record HistoryEntry(
    int Version, DateTimeOffset At, OrderState State, string Because, Guid? Actor = null);
