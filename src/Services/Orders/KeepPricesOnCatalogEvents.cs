using Tessera.Catalog.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class KeepPricesOnCatalogEvents(PriceList prices)
    : IHandle<ProductAdded>, IHandle<PriceChanged>, IHandle<ProductWithdrawn>
{
    public Task HandleAsync(ProductAdded message, MessageContext context, CancellationToken stop) =>
        Keep(new KnownPrice(message.Sku, message.Name, message.PriceMinor, Withdrawn: false, message.Version));

    public Task HandleAsync(PriceChanged message, MessageContext context, CancellationToken stop) =>
        Keep(new KnownPrice(message.Sku, null, message.PriceMinor, Withdrawn: false, message.Version));

    public Task HandleAsync(ProductWithdrawn message, MessageContext context, CancellationToken stop) =>
        Keep(new KnownPrice(message.Sku, null, 0, Withdrawn: true, message.Version));

    private Task Keep(KnownPrice price)
    {
        prices.Keep(price);
        return Task.CompletedTask;
    }
}
