using Tessera.Catalog.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

/// <summary>All of a batch are learned before the first is handled, and kept then: one order of locks.</summary>
internal sealed class KeepPricesOnCatalogEvents(PriceList prices)
    : IHandle<ProductAdded>, IHandle<PriceChanged>, IHandle<ProductWithdrawn>,
        IPrefetch<ProductAdded>, IPrefetch<PriceChanged>, IPrefetch<ProductWithdrawn>
{
    public Task PrefetchAsync(IReadOnlyList<ProductAdded> messages, CancellationToken stop) =>
        Learn(messages.Select(message =>
            new KnownPrice(message.Sku, message.Name, message.PriceMinor, Withdrawn: false, message.Version)));

    public Task PrefetchAsync(IReadOnlyList<PriceChanged> messages, CancellationToken stop) =>
        Learn(messages.Select(message =>
            new KnownPrice(message.Sku, null, message.PriceMinor, Withdrawn: false, message.Version)));

    public Task PrefetchAsync(IReadOnlyList<ProductWithdrawn> messages, CancellationToken stop) =>
        Learn(messages.Select(message => new KnownPrice(message.Sku, null, 0, Withdrawn: true, message.Version)));

    public Task HandleAsync(ProductAdded message, MessageContext context, CancellationToken stop) => Keep();

    public Task HandleAsync(PriceChanged message, MessageContext context, CancellationToken stop) => Keep();

    public Task HandleAsync(ProductWithdrawn message, MessageContext context, CancellationToken stop) => Keep();

    private Task Learn(IEnumerable<KnownPrice> heard)
    {
        foreach (var price in heard) prices.Learn(price);
        return Task.CompletedTask;
    }

    private Task Keep()
    {
        prices.Keep();
        return Task.CompletedTask;
    }
}
