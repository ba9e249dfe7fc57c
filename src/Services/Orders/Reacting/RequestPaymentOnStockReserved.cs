using Tessera.Inventory.Contracts;
using Tessera.Messaging;

namespace Tessera.Orders;

internal sealed class RequestPaymentOnStockReserved(OrderStore orders, OrderProgress progress)
    : OrderReaction<StockReserved>(orders, progress)
{
    public override Task HandleAsync(StockReserved message, MessageContext context, CancellationToken stop) =>
        ApplyAsync(message, OrderInput.StockReserved, stop);

    protected override Guid OrderOf(StockReserved message) => message.Order;
}
