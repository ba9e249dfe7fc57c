using Tessera.Inventory.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class CancelOrderOnStockRefused(OrderStore orders, OrderProgress progress)
    : OrderReaction<StockRefused>(orders, progress)
{
    public override Task HandleAsync(StockRefused message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.StockRefused, stop);

    protected override Guid OrderOf(StockRefused message) => message.Order;
}
