using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Inventory;

internal sealed class ReleaseStockOnOrderCancelled(StockStore stock, KeepReservation reservations)
    : IHandle<OrderCancelled>, IPrefetch<OrderCancelled>
{
    public Task PrefetchAsync(IReadOnlyList<OrderCancelled> messages, CancellationToken stop)
    {
        foreach (var message in messages) stock.Expect(message.Order);
        return Task.CompletedTask;
    }

    public Task HandleAsync(OrderCancelled message, MessageContext context, CancellationToken stop) =>
        reservations.ApplyAsync(message.Order, ReservationInput.OrderCancelled, [], stop);
}
