using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace Tessera.Orders.Contracts;

/// <summary>POST /orders, with an Idempotency-Key. Prices are the shop's: a member the shape does
/// not know is refused.</summary>
/// <param name="PaymentMethod">The buyer's token for the payment provider. The simulated provider knows
/// <c>tok_ok</c> (default), <c>tok_decline</c>, <c>tok_slow</c>, <c>tok_lost_answer</c>, <c>tok_flaky</c>,
/// <c>tok_refund_declined</c>.</param>
/// <param name="ExpectedTotalMinor">What the buyer was shown. When the order costs anything else now, it is not placed:
/// 409, with the prices of now in <c>lines</c>, <c>deliveryMinor</c>, <c>totalMinor</c> and <c>currency</c> of the
/// problem.</param>
/// <param name="Delivery">The name of one of GET /orders/delivery-options. Without one nothing is delivered and nothing
/// charged for it.</param>
/// <param name="Address">Where to, for an option that needs it; others take none.</param>
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
    [property: Range(1, long.MaxValue)] long? ExpectedTotalMinor = null,
    [property: StringLength(32), RegularExpression(
        DeliveryOptionView.NamePattern, ErrorMessage = "{0} must be the name of a delivery option.")]
    string? Delivery = null,
    DeliveryAddress? Address = null);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlaceOrderLine(
    [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string Sku,
    [property: Range(1, 100_000)] int Quantity);

/// <summary>GET /orders/{id}</summary>
/// <param name="State"><c>Placed</c>, <c>StockReserved</c>, <c>Confirmed</c>, <c>Shipped</c>
/// or <c>Cancelled</c>.</param>
/// <param name="TotalMinor">The lines and the delivery, tax included.</param>
/// <param name="Reference">The buyer's own mark on the order, if one was given.</param>
/// <param name="Delivery">Null when nothing was said of it.</param>
/// <param name="Address">Null too once the buyer's account is erased.</param>
/// <param name="Taxes">The tax that the total includes, by rate; empty of orders from before it was shown.</param>
/// <param name="CancelWords">What the operator who cancelled it said to the buyer.</param>
/// <param name="Note">The operators' own note; shown to nobody else.</param>
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
    IReadOnlyList<OrderHistoryEntry> History,
    AgreedDelivery? Delivery = null,
    DeliveryAddress? Address = null,
    IReadOnlyList<TaxShare>? Taxes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? CancelWords = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Note = null);

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

/// <summary>POST /orders/{id}/cancel. A buyer says nothing; an operator says why, in words for the buyer.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelOrderRequest([property: StringLength(500)] string? Reason = null);

/// <summary>PUT /orders/{id}/note (operators). Empty, or none, removes the note.</summary>
/// <param name="InPlaceOf">The note that the writer has read, empty if there was none: where another stands by now,
/// 409, and that one stays. Left out, whatever stands is written over.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NoteRequest(
    [property: StringLength(1_000)] string? Text, [property: StringLength(1_000)] string? InPlaceOf = null);

/// <summary>GET /orders?state=&amp;reference=&amp;sku=&amp;from=&amp;to=&amp;buyer=&amp;before=&amp;size=20 (size at
/// most 100), newest first: a customer's own, or for operators all.</summary>
/// <param name="Next">What <c>before</c> is to say for the page after this one; null on the last. Orders that arrive
/// meanwhile stand before the first page: nothing is shown twice or left out.</param>
/// <param name="Total">How many orders the customer has now; null where it is asked for some of them, or for
/// everybody's: to count those would read them all.</param>
public sealed record OrderPage(IReadOnlyList<OrderSummary> Items, string? Next, int? Total);

/// <param name="Buyer">For operators.</param>
public sealed record OrderSummary(
    Guid Id, string State, long TotalMinor, string Currency, string? Reference, DateTimeOffset PlacedAt,
    DateTimeOffset? ConfirmedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Guid? Buyer = null);
