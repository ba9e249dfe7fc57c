namespace Tessera.Orders.Contracts;

/// <summary>GET /orders/pace (operators): the last hour by the minutes in which orders were placed, the oldest first.
/// The last minute is the one that has begun.</summary>
/// <param name="IsWhole">False when more orders were placed than are looked through at once: the first minutes are
/// missing then.</param>
public sealed record OrderPaceView(bool IsWhole, IReadOnlyList<PaceMinute> Minutes);

/// <param name="Placed">How many orders were placed in it.</param>
/// <param name="Confirmed">How many of these are confirmed by now, shipped ones included.</param>
/// <param name="Cancelled">How many of these are cancelled by now.</param>
/// <param name="MedianSeconds">From placing to confirmation, of those that are confirmed; null without any.</param>
/// <param name="SlowestSeconds">The same of the slowest of them.</param>
public sealed record PaceMinute(
    DateTimeOffset At, int Placed, int Confirmed, int Cancelled, double? MedianSeconds, double? SlowestSeconds);

/// <summary>GET /orders/acts?size=50 (operators): what was done with orders by somebody else than their buyers, the
/// newest first.</summary>
public sealed record OrderActsView(IReadOnlyList<OrderActView> Items);

/// <param name="Actor">The operator.</param>
/// <param name="Because">What was done.</param>
public sealed record OrderActView(
    DateTimeOffset At, Guid Order, Guid Buyer, Guid Actor, string State, string Because);
