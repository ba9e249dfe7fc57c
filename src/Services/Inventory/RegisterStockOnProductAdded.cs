using Tessera.Catalog.Contracts;
using Tessera.Messaging;

namespace Tessera.Inventory;

/// <summary>A product that is sold has a stock, if an empty one, before anything of it was received.</summary>
internal sealed class RegisterStockOnProductAdded(StockStore stock) : IHandle<ProductAdded>, IPrefetch<ProductAdded>
{
    public Task PrefetchAsync(IReadOnlyList<ProductAdded> messages, CancellationToken stop)
    {
        foreach (var message in messages) stock.Add(message.Sku);
        return Task.CompletedTask;
    }

    public Task HandleAsync(ProductAdded message, MessageContext context, CancellationToken stop)
    {
        stock.SaveAdded();
        return Task.CompletedTask;
    }
}
