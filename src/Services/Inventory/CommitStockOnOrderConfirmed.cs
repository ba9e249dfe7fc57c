using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Inventory;

internal sealed class CommitStockOnOrderConfirmed(StockStore stock, KeepReservation reservations)
    : IHandle<OrderConfirmed>, IPrefetch<OrderConfirmed>
{
    public Task PrefetchAsync(IReadOnlyList<OrderConfirmed> messages, CancellationToken stop)
    {
        foreach (var message in messages) stock.Expect(message.Order);
        return Task.CompletedTask;
    }

    public Task HandleAsync(OrderConfirmed message, MessageContext context, CancellationToken stop) =>
        reservations.ApplyAsync(message.Order, ReservationInput.OrderConfirmed, [], stop);
}
