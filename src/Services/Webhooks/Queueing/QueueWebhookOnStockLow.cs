using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal sealed class QueueWebhookOnStockLow(QueueDeliveries queue) : IHandle<StockLow>
{
    public Task HandleAsync(StockLow message, MessageContext context, CancellationToken stop) => queue.ForAllAsync(
        context.Envelope, PublicStockLow.Type, new PublicStockLow(message.Sku, message.OnHand), stop);
}
