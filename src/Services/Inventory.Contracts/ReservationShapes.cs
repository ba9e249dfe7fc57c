namespace Tessera.Inventory.Contracts;

/// <summary>GET /stock/orders/{order}/history (operators): what the order held of the stock.</summary>
/// <param name="State"><c>Held</c>, <c>Committed</c>, <c>Released</c>, <c>Refused</c>, or <c>Cancelled</c> when the
/// cancellation came before the order.</param>
/// <param name="ExpiresAt">While it is held: when it is released unless the order is confirmed before.</param>
public sealed record ReservationHistoryView(
    Guid Order, string State, IReadOnlyList<ReservedLineView> Lines, DateTimeOffset? ExpiresAt,
    IReadOnlyList<ReservationStepView> Steps);

public sealed record ReservedLineView(string Sku, int Quantity);

/// <param name="Because">What was short, or why it was released; null where the state says it all.</param>
/// <param name="Announced">The type of the event that was published with it, if one was.</param>
public sealed record ReservationStepView(DateTimeOffset At, string State, string? Because, string? Announced);
