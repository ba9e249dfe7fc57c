using Tessera.Messaging;

namespace Tessera.Orders;

/// <summary>The second look: an order that was being placed while the buyer was erased ends like the others.</summary>
internal sealed class CancelOrdersOnBuyerErased(EraseBuyer erase)
    : IHandle<BuyerErased>, IPrefetch<BuyerErased>
{
    public Task PrefetchAsync(IReadOnlyList<BuyerErased> messages, CancellationToken stop) =>
        erase.ExpectAsync(messages.Select(message => message.Buyer), stop);

    public Task HandleAsync(BuyerErased message, MessageContext context, CancellationToken stop) =>
        erase.HandleAsync(message.Buyer, stop);
}
