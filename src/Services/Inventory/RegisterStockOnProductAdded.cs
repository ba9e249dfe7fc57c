using Tessera.Catalog.Contracts;
using Tessera.Messaging;

namespace Tessera.Inventory;

/// <summary>A product that is sold has a stock, if an empty one, before anything of it was received.</summary>
internal sealed class RegisterStockOnProductAdded(UnitOfWork work) : IHandle<ProductAdded>
{
    public Task HandleAsync(ProductAdded message, MessageContext context, CancellationToken stop)
    {
        work.Enqueue(
            """
            insert into stock (sku, on_hand, held, committed, received) values ($1, 0, 0, 0, 0)
            on conflict (sku) do nothing
            """,
            message.Sku);
        return Task.CompletedTask;
    }
}
