using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class CancelOrderOnStockOverdue(OrderStore orders, OrderProgress progress)
    : OrderReaction<StockOverdue>(orders, progress)
{
    public override Task HandleAsync(StockOverdue message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.StockOverdue, stop);

    protected override Guid OrderOf(StockOverdue message) => message.Order;
}
