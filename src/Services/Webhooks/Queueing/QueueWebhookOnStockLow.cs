using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal sealed class QueueWebhookOnStockLow(QueueDeliveries queue)
    : IHandle<StockLow>, IPrefetch<StockLow>
{
    public Task PrefetchAsync(IReadOnlyList<StockLow> messages, CancellationToken stop)
    {
        foreach (var message in messages) queue.Expect(PublicStockLow.Type, message.Sku);
        return Task.CompletedTask;
    }

    public Task HandleAsync(StockLow message, MessageContext context, CancellationToken stop) => queue.ForAllAsync(
        context.Envelope, PublicStockLow.Type, new PublicStockLow(message.Sku, message.OnHand), stop);
}
