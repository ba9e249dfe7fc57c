using Tessera.Messaging;

namespace Tessera.Inventory;

internal sealed class ReleaseStockOnReservationOverdue(StockStore stock, KeepReservation reservations)
    : IHandle<ReservationOverdue>, IPrefetch<ReservationOverdue>
{
    public Task PrefetchAsync(IReadOnlyList<ReservationOverdue> messages, CancellationToken stop)
    {
        foreach (var message in messages) stock.Expect(message.Order);
        return Task.CompletedTask;
    }

    public Task HandleAsync(ReservationOverdue message, MessageContext context, CancellationToken stop) =>
        reservations.ApplyAsync(message.Order, ReservationInput.Expired, [], stop);
}
