using System.ComponentModel.DataAnnotations;

namespace Tessera.Inventory.Contracts;

/// <summary>All lines of the order are held until <paramref name="ExpiresAt"/> unless committed before.</summary>
public sealed record StockReserved(Guid Order, DateTimeOffset ExpiresAt)
{
    public const string EventType = "inventory.stock-reserved.v1";
}

/// <summary>Nothing is held for the order: at least one line is short.</summary>
public sealed record StockRefused(Guid Order, IReadOnlyList<ShortLine> ShortLines)
{
    public const string EventType = "inventory.stock-refused.v1";
}

public sealed record ShortLine(string Sku, int Wanted, long Available);

/// <param name="Reason"><c>cancelled</c> or <c>expired</c>.</param>
public sealed record StockReleased(Guid Order, [property: AllowedValues("cancelled", "expired")] string Reason)
{
    public const string EventType = "inventory.stock-released.v1";
}

/// <summary>The held stock has left the shelf for good.</summary>
public sealed record StockCommitted(Guid Order)
{
    public const string EventType = "inventory.stock-committed.v1";
}

/// <summary>On hand fell to the product's reorder level or below it. Keyed by product.</summary>
public sealed record StockLow(string Sku, long OnHand)
{
    public const string EventType = "inventory.stock-low.v1";
}
