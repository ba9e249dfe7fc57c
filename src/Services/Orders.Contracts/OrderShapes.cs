using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Tessera.Orders.Contracts;

/// <summary>POST /orders, with an Idempotency-Key. Prices are the shop's: a member the shape does
/// not know is refused.</summary>
/// <param name="PaymentMethod">The buyer's token for the payment provider. The simulated provider knows
/// <c>tok_ok</c> (default), <c>tok_decline</c>, <c>tok_slow</c>, <c>tok_lost_answer</c>, <c>tok_flaky</c>.</param>
/// <param name="ExpectedTotalMinor">What the buyer was shown. When the order costs anything else now, it is not placed:
/// 409, with the prices of now in <c>lines</c>, <c>totalMinor</c> and <c>currency</c> of the problem.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlaceOrderRequest(
    [property: Required, MinLength(1), MaxLength(200)] IReadOnlyList<PlaceOrderLine> Lines,
    [property: StringLength(64), RegularExpression(
        "^[!-~]*$", ErrorMessage = "{0} may hold visible ASCII characters only.")]
    string? PaymentMethod = null,
    [property: StringLength(64), RegularExpression(
        // Patterns see halves of pairs, and know no class of a pair: the invisible ones are named by their halves.
        @"^(?:(?!\uD804[\uDCBD\uDCCD]|\uD80D[\uDC30-\uDC3F]|\uD82F[\uDCA0-\uDCA3]|\uD834[\uDD73-\uDD7A])"
        + @"[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\uDB40])*$", ErrorMessage = "{0} may hold visible characters and spaces only.")]
    string? Reference = null,
    [property: Range(1, long.MaxValue)] long? ExpectedTotalMinor = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlaceOrderLine(
    [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string Sku,
    [property: Range(1, 100_000)] int Quantity);

/// <summary>GET /orders/{id}</summary>
/// <param name="State"><c>Placed</c>, <c>StockReserved</c>, <c>Confirmed</c>, <c>Shipped</c>
/// or <c>Cancelled</c>.</param>
/// <param name="Reference">The buyer's own mark on the order, if one was given.</param>
public sealed record OrderView(
    Guid Id,
    string State,
    string? CancelReason,
    IReadOnlyList<OrderLineView> Lines,
    long TotalMinor,
    string Currency,
    string? Reference,
    DateTimeOffset PlacedAt,
    DateTimeOffset? ConfirmedAt,
    IReadOnlyList<OrderHistoryEntry> History);

public sealed record OrderLineView(string Sku, string? Name, int Quantity, long UnitPriceMinor);

/// <summary>GET /orders/export?before=&amp;size=100: all that is kept of the caller's orders, newest first.</summary>
public sealed record OrderExportPage(IReadOnlyList<OrderRecord> Items, string? Next);

/// <param name="PaymentMethod">What stands for the buyer's card at the payment provider.</param>
/// <param name="IdempotencyKey">The name that the buyer's program gave to the request.</param>
public sealed record OrderRecord(OrderView Order, string PaymentMethod, string IdempotencyKey);

/// <param name="Actor">The operator who acted for the buyer, where it was not the buyer.</param>
public sealed record OrderHistoryEntry(
    DateTimeOffset At, string State, string Because,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Actor = null);

/// <summary>GET /orders?before=&amp;size=20 (size at most 100), newest first, the caller's own.</summary>
/// <param name="Next">What <c>before</c> is to say for the page after this one; null on the last. Orders that arrive
/// meanwhile stand before the first page: nothing is shown twice or left out.</param>
/// <param name="Total">How many orders the caller has now.</param>
public sealed record OrderPage(IReadOnlyList<OrderSummary> Items, string? Next, int Total);

public sealed record OrderSummary(
    Guid Id, string State, long TotalMinor, string Currency, string? Reference, DateTimeOffset PlacedAt,
    DateTimeOffset? ConfirmedAt);
