namespace Tessera.OrderHop;

/// <summary>The two events of the workload; see bench/README.md.</summary>
internal sealed record OrderPlaced(Guid Order, int Sku, int Quantity)
{
    public const string EventType = "orders.order-placed.v1";
}

internal sealed record StockReserved(Guid Order)
{
    public const string EventType = "inventory.stock-reserved.v1";
}

internal sealed record StockRefused(Guid Order, int Sku, long Available)
{
    public const string EventType = "inventory.stock-refused.v1";
}
