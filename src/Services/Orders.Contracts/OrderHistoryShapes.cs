namespace Tessera.Orders.Contracts;

/// <summary>GET /orders/{id}/history (operators): what became of the order, without its address.</summary>
/// <param name="StockCommitted">Whether Orders has heard that the stock has left the shelf.</param>
/// <param name="Steps">In order.</param>
public sealed record OrderHistoryView(
    Guid Id, Guid Buyer, string State, string? CancelReason, string? CancelWords, string? Note, long TotalMinor,
    string Currency, string PaymentMethod, bool StockCommitted, string? Reference,
    IReadOnlyList<OrderLineView> Lines, IReadOnlyList<OrderStepView> Steps);

/// <param name="State">The order's state from then on.</param>
/// <param name="Because">What Orders had heard: <c>StockReserved</c>, <c>PaymentOverdue</c>,
/// <c>OperatorCancels</c> …</param>
/// <param name="Actor">Who acted, where it was not the buyer.</param>
/// <param name="Announced">The type of the event that was published with it, if one was.</param>
/// <param name="TraceId">The trace in which it happened; null where that was not kept yet.</param>
public sealed record OrderStepView(
    DateTimeOffset At, string State, string Because, Guid? Actor, string? Announced, string? TraceId = null);
