using Tessera.Inventory.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class CancelOrderOnStockReleased(OrderStore orders, OrderProgress progress)
    : OrderReaction<StockReleased>(orders, progress)
{
    public override Task HandleAsync(StockReleased message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.StockReleased, stop);

    protected override Guid OrderOf(StockReleased message) => message.Order;
}
