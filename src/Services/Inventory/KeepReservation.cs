using Microsoft.Extensions.Options;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;

namespace Tessera.Inventory;

/// <summary>Does to the stock what the table of a reservation says, stores it and announces it.</summary>
internal sealed class KeepReservation(
    StockStore stock, UnitOfWork work, IOptions<InventoryOptions> options, TimeProvider clock)
{
    public const string ReasonCancelled = "cancelled";
    public const string ReasonExpired = "expired";

    /// <param name="lines">The order's, when it is new.</param>
    public async Task ApplyAsync(
        Guid order, ReservationInput input, IReadOnlyList<ReservedLine> lines, CancellationToken stop)
    {
        var reservation = await stock.GetAsync(order, stop);
        switch (ReservationTransitions.Decide(reservation.State, input))
        {
            case ReservationStep.HoldOrRefuse:
                HoldOrRefuse(reservation, lines);
                break;
            case ReservationStep.Commit:
                reservation.Commit(stock.Levels);
                Save(reservation);
                work.Publish(new StockCommitted(order));
                break;
            case ReservationStep.Release:
                reservation.Release(stock.Levels);
                var reason = input == ReservationInput.Expired ? ReasonExpired : ReasonCancelled;
                Save(reservation, reason);
                work.Publish(new StockReleased(order, reason));
                break;
            case ReservationStep.Uncommit:
                reservation.Uncommit(stock.Levels);
                Save(reservation, ReasonCancelled);
                work.Publish(new StockReleased(order, ReasonCancelled));
                break;
            case ReservationStep.Bury:
                reservation.Bury();
                stock.Save(reservation, stockChanged: false);
                break;
            case ReservationStep.Fail:
                throw new InvalidOperationException($"Order {order}: {input} came, but nothing is known of the order.");
        }
    }

    private void HoldOrRefuse(Reservation reservation, IReadOnlyList<ReservedLine> lines)
    {
        var expiresAt = clock.GetUtcNow() + options.Value.ReservationTime;
        var shortages = reservation.HoldOrRefuse(lines, stock.Levels, expiresAt);
        stock.Save(reservation, stockChanged: shortages.Count == 0, Words(shortages));
        if (shortages.Count > 0)
        {
            work.Publish(new StockRefused(
                reservation.Order,
                [.. shortages.Select(line => new ShortLine(line.Sku, line.Wanted, line.Available))]));
            return;
        }
        work.Publish(new StockReserved(reservation.Order, expiresAt));
        work.Schedule(reservation.Order.ToString(), new ReservationOverdue(reservation.Order), expiresAt);
        foreach (var line in lines) AnnounceLow(stock.Levels[line.Sku], line.Quantity);
    }

    /// <summary>Once, when the level is crossed: not with each order below it.</summary>
    private void AnnounceLow(StockLevel level, int taken)
    {
        var reorderLevel = options.Value.ReorderLevel;
        if (level.OnHand <= reorderLevel && level.OnHand + taken > reorderLevel)
            work.Publish(new StockLow(level.Sku, level.OnHand));
    }

    private static string? Words(IReadOnlyList<Shortage> shortages) => shortages.Count == 0 ? null : string.Join(
        "; ", shortages.Select(line => $"{line.Sku}: {line.Wanted} wanted, {line.Available} there"));

    private void Save(Reservation reservation, string? because = null)
    {
        stock.Save(reservation, stockChanged: true, because);
        work.CancelTimer<ReservationOverdue>(reservation.Order.ToString());
    }
}
