using Microsoft.Extensions.Options;
using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>The one transaction of a placement: the order, OrderPlaced and the timer that
/// waits for Inventory.</summary>
internal sealed class PlacementWriter(
    UnitOfWork work, OrderStore orders, PriceList prices, IOptions<OrderOptions> options, TimeProvider clock,
    ILogger<PlacementWriter> logger)
{
    /// <summary>Null when the buyer's key has an order already, or the buyer is erased; nothing is stored
    /// then.</summary>
    public async Task<OrderView?> TryPlaceAsync(
        Guid buyer, PricingResult.Priced priced, string paymentMethod, Placement placement, CancellationToken stop)
    {
        // Whole milliseconds, as every database keeps them: the answer, the event and each later
        // read say the same time.
        var now = DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());
        var order = Order.Place(Guid.CreateVersion7(now), buyer, priced.Terms, paymentMethod, now);
        await work.BeginAsync(stop);
        if (!await orders.TryAddAsync(order, priced.Terms, placement, stop))
        {
            // A retry, the same request sent twice at once, or an erased buyer's.
            await work.RollbackAsync();
            return null;
        }
        foreach (var product in priced.Learned) prices.Learn(product);
        prices.Keep();
        work.Publish(new OrderPlaced(
            order.Id, buyer, EventLines(priced.Terms.Basket), order.TotalMinor, order.Currency, now,
            priced.Terms.DeliveryMinor));
        work.Schedule(order.Id.ToString(), new StockOverdue(order.Id), now + options.Value.StockTimeout);
        await work.CommitAsync(stop);
        OrderMetrics.Entered(OrderState.Placed, null, TimeSpan.Zero);
        if (placement.Actor is { } actor)
            ActingLog.ActedFor(logger, actor, buyer, Order.PlacedBecause, order.Id);
        return OrderViews.AsPlaced(order, priced.Terms, placement);
    }

    private static OrderedLine[] EventLines(Basket basket) =>
        [.. basket.Lines.Select(line => new OrderedLine(line.Sku, line.Quantity, line.UnitPriceMinor))];
}
