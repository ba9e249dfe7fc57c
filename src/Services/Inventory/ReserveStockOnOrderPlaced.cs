using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Inventory;

internal sealed class ReserveStockOnOrderPlaced(StockStore stock, KeepReservation reservations)
    : IHandle<OrderPlaced>, IPrefetch<OrderPlaced>
{
    public Task PrefetchAsync(IReadOnlyList<OrderPlaced> messages, CancellationToken stop)
    {
        foreach (var message in messages) Expect(message);
        return Task.CompletedTask;
    }

    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop)
    {
        // No duplicate check here: the inbox row and the reservation commit together.
        Expect(message);
        return reservations.ApplyAsync(
            message.Order, ReservationInput.OrderPlaced,
            [.. message.Lines.GroupBy(line => line.Sku, StringComparer.Ordinal)
                .Select(same => new ReservedLine(same.Key, checked(same.Sum(line => line.Quantity))))],
            stop);
    }

    private void Expect(OrderPlaced placed)
    {
        stock.Expect(placed.Order);
        foreach (var line in placed.Lines) stock.Expect(line.Sku);
    }
}
