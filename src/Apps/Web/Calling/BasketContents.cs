using Tessera.Baskets.Contracts;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;

namespace Tessera.Web.Calling;

/// <summary>A basket as its page and the checkout see it: its lines at today's prices, and what cannot be had.
/// </summary>
public sealed record BasketContents(Guid? Edition, IReadOnlyList<BasketItem> Items, string Currency)
{
    /// <summary>What an order of it would be made of.</summary>
    public IEnumerable<BasketItem> Orderable => Items.Where(item => item.State == ItemState.Good);

    public long TotalMinor => Orderable.Sum(item => item.TotalMinor);

    public bool HasNewPrices => Orderable.Any(item => item.HasNewPrice);

    internal static async Task<BasketContents> ReadAsync(
        BasketView basket, Visit visit, KeptCatalog catalog, Shelves shelves, CancellationToken stop)
    {
        if (basket.Lines.Count == 0) return new BasketContents(null, [], visit.Currency);
        var looking = shelves.LookAsync(basket.Lines.Select(line => line.Sku), stop);
        var products = new Known<ProductView>[basket.Lines.Count];
        await catalog.ForEachAsync(
            [.. basket.Lines.Select(line => line.Sku)], (at, product) => products[at] = product, stop);
        var stock = await looking;
        visit.IsOld |= products.Any(product => product.IsAway);
        return new BasketContents(basket.Edition, [.. basket.Lines.Zip(products, (line, product) =>
            new BasketItem(line, product, stock?.GetValueOrDefault(line.Sku)))], visit.Currency);
    }
}

public enum ItemState
{
    Good,
    Gone,
    SoldOut,

    /// <summary>Nothing is known of it, for Catalog is away.</summary>
    Unknown,
}

public sealed record BasketItem(BasketLineView Line, Known<ProductView> Known, AvailableView? Stock)
{
    public ProductView? Product => Known.Value;

    public string Name => Product?.Name ?? Line.Sku;

    public long PriceMinor => Product?.PriceMinor ?? Line.SeenPriceMinor;

    public long TotalMinor => PriceMinor * Line.Quantity;

    public bool HasNewPrice => PriceMinor != Line.SeenPriceMinor;

    public ItemState State =>
        Known.IsUnknown || Product is { Withdrawn: true } ? ItemState.Gone
        : Stock is { IsAvailable: false } ? ItemState.SoldOut
        : Product is null ? ItemState.Unknown
        : ItemState.Good;
}
