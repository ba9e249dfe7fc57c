using System.ComponentModel.DataAnnotations;

namespace Tessera.Inventory.Contracts;

/// <summary>GET /stock/{sku}. OnHand + Held + Committed = Received.</summary>
public sealed record StockView(string Sku, long OnHand, long Held, long Committed, long Received);

/// <summary>GET /availability?skus=A,B (at most 100): for everybody, so it tells no more than a shop's window does.
/// A product of which no stock is kept is sold out.</summary>
public sealed record AvailabilityView(IReadOnlyList<AvailableView> Products);

/// <param name="Left">How many there are, when they are few; null when there are more.</param>
public sealed record AvailableView(string Sku, bool IsAvailable, int? Left);

/// <summary>POST /stock/{sku}/receipts (operators), with an Idempotency-Key.</summary>
public sealed record ReceiveStockRequest([property: Range(1, 1_000_000)] int Quantity);

/// <summary>POST /stock/receipts (operators), with an Idempotency-Key: at most 1,000 lines, all or none.</summary>
public sealed record ReceiveManyRequest(
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<ReceiptLine> Lines);

public sealed record ReceiptLine(
    [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string Sku,
    [property: Range(1, 1_000_000)] int Quantity);

/// <summary>The answer to POST /stock/receipts.</summary>
/// <param name="Products">How many products the lines named.</param>
public sealed record ReceivedView(int Products, long Quantity);

/// <summary>GET /stock/receipts/export?before=&amp;size=100: the receipts that the caller has booked, by their keys.
/// Reservations name orders and no person.</summary>
public sealed record ReceiptExportPage(IReadOnlyList<ReceiptRecord> Items, string? Next);

public sealed record ReceiptRecord(string IdempotencyKey, DateTimeOffset ReceivedAt);

/// <summary>GET /stock/{sku}/receipts?before=&amp;size=20 (operators): what came in of a product, newest first.
/// </summary>
public sealed record StockReceiptPage(IReadOnlyList<StockReceiptView> Items, string? Next);

/// <param name="Operator">Who booked it.</param>
public sealed record StockReceiptView(Guid Id, long Quantity, DateTimeOffset ReceivedAt, Guid Operator);

/// <summary>GET /stock?after=&amp;size=20 (size at most 100), by product code; GET /stock?skus=A,B (at most 100); or
/// GET /stock?below=5&amp;after=&amp;size=20, the fewest on hand first.</summary>
/// <param name="Next">What <c>after</c> is to say for the next page; null on the last.</param>
public sealed record StockPage(IReadOnlyList<StockView> Items, string? Next, int Total);
