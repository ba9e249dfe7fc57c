using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;

namespace Tessera.Orders.Tests.Tending;

/// <summary>What the overview of operators shows of the last hour.</summary>
public sealed class PaceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Counts_orders_by_the_minute_they_were_placed_in_and_how_long_they_took(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var clock = orders.Service.Clock;
        await orders.PlaceAsync(); // Too long ago by then.
        clock.Advance(TimeSpan.FromMinutes(90));
        Guid[] early = [await orders.PlaceAsync(), await orders.PlaceAsync(), await orders.PlaceAsync()];
        foreach (var (order, seconds) in new[] { (early[0], 2), (early[1], 3) })
        {
            await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(
                new StockReserved(order, clock.GetUtcNow().AddMinutes(30)));
            clock.Advance(TimeSpan.FromSeconds(seconds));
            await orders.HearAsync<ConfirmOrderOnPaymentCaptured, PaymentCaptured>(
                new PaymentCaptured(order, Guid.NewGuid(), 500, "GBP"));
        }
        await orders.HearAsync<CancelOrderOnStockRefused, StockRefused>(new StockRefused(early[2], []));
        clock.Advance(TimeSpan.FromMinutes(1));
        await orders.PlaceAsync();

        var pace = await PaceAsync(orders, ReadPace.OrdersMax);
        Assert.True(pace.IsWhole);
        Assert.Equal(60, pace.Minutes.Count);
        Assert.Equal((3, 2, 1), (pace.Minutes[^2].Placed, pace.Minutes[^2].Confirmed, pace.Minutes[^2].Cancelled));
        Assert.Equal((5.0, 5.0), (pace.Minutes[^2].MedianSeconds, pace.Minutes[^2].SlowestSeconds));
        Assert.Equal((1, 0), (pace.Minutes[^1].Placed, pace.Minutes[^1].Confirmed));
        Assert.Null(pace.Minutes[^1].MedianSeconds);
        Assert.Equal(4, pace.Minutes.Sum(minute => minute.Placed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leaves_minutes_out_rather_than_read_more_orders_than_it_may_or_count_them_wrong(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        for (var minute = 0; minute < 3; minute++)
        {
            for (var order = 0; order < 4; order++) await orders.PlaceAsync();
            orders.Service.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var pace = await PaceAsync(orders, ordersMax: 6);
        Assert.False(pace.IsWhole);
        Assert.Equal([4, 0], pace.Minutes.Select(minute => minute.Placed));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tells_who_did_what_with_whose_order(bool onPostgres)
    {
        await using var orders = await OrdersInMemory.StartAsync(onPostgres);
        var (buyer, olga) = (Guid.NewGuid(), Guid.NewGuid());
        await orders.PlaceAsync();
        var order = (await orders.TryPlaceAsync(buyer, actor: olga))!.Id;

        var acts = (await ReadActs.Handle(orders.Service.Get<IDatabase>(), default)).Value!;

        var act = Assert.Single(acts.Items);
        Assert.Equal((order, buyer, olga, "Placed"), (act.Order, act.Buyer, act.Actor, act.State));
    }

    private static Task<OrderPaceView> PaceAsync(OrdersInMemory orders, int ordersMax) =>
        orders.Service.Get<ReadPace>().ReadAsync(ordersMax, default);
}
