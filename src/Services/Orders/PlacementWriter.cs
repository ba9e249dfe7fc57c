using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>The one transaction of a placement: the order, OrderPlaced and the timer that
/// waits for Inventory.</summary>
internal sealed class PlacementWriter(
    UnitOfWork work, OrderStore orders, PriceList prices, IOptions<OrderOptions> options, TimeProvider clock)
{
    /// <summary>Null when the buyer's key has an order already; nothing is stored then.</summary>
    public async Task<OrderView?> TryPlaceAsync(
        Guid buyer, PricingResult.Priced priced, string paymentMethod, Placement placement, CancellationToken stop)
    {
        // Whole milliseconds, as every database keeps them: the answer, the event and each later
        // read say the same time.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var order = Order.Place(Guid.CreateVersion7(now), buyer, priced.Basket, paymentMethod, now);
        await work.BeginAsync(stop);
        if (!await orders.TryAddAsync(order, priced.Basket, placement, stop))
        {
            // A retry, or the same request sent twice at once: the other one has placed it.
            await work.RollbackAsync();
            return null;
        }
        foreach (var product in priced.Learned) prices.Learn(product);
        prices.Keep();
        work.Publish(
            new OrderPlaced(order.Id, buyer, EventLines(priced.Basket), order.TotalMinor, order.Currency, now));
        work.Schedule(order.Id.ToString(), new StockOverdue(order.Id), now + options.Value.StockTimeout);
        await work.CommitAsync(stop);
        return OrderViews.AsPlaced(order, priced.Basket.Lines, placement.Reference);
    }

    private static OrderedLine[] EventLines(Basket basket) =>
        [.. basket.Lines.Select(line => new OrderedLine(line.Sku, line.Quantity, line.UnitPriceMinor))];
}
