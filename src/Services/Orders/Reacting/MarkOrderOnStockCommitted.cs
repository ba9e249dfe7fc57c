using Tessera.Inventory.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class MarkOrderOnStockCommitted(OrderStore orders, OrderProgress progress)
    : OrderReaction<StockCommitted>(orders, progress)
{
    public override Task HandleAsync(StockCommitted message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.StockCommitted, stop);

    protected override Guid OrderOf(StockCommitted message) => message.Order;
}
