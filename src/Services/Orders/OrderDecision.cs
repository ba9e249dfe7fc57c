namespace Tessera.Orders;

/// <summary>What an order does about an input in a state. There is no other answer.</summary>
internal abstract record OrderDecision
{
    /// <summary>The order enters the state, and what the state announces is announced.</summary>
    public sealed record Become(OrderState State, string? CancelReason = null) : OrderDecision;

    /// <summary>The order enters Shipped if its stock has left the shelf; refused until then.</summary>
    public sealed record ShipOnceCommitted : OrderDecision;

    /// <summary>The state stays; the order remembers that its stock has left the shelf.</summary>
    public sealed record MarkCommitted : OrderDecision;

    /// <summary>The state stays; the history tells that it happened.</summary>
    public sealed record Note : OrderDecision;

    /// <summary>Nothing happens: it is known, or it follows from what the order itself announced.</summary>
    public sealed record Ignore : OrderDecision;

    /// <summary>Whoever asked is told why not.</summary>
    public sealed record Refuse(string Why) : OrderDecision;
}
