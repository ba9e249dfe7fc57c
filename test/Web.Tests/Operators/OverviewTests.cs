using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>What the overview tells of the store's pace.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class OverviewTests(ShopInBrowser shop)
{
    [Fact]
    public async Task Shows_rates_of_each_service_and_flow_and_the_last_hour_of_orders_while_they_come()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        await using var me = await shop.NewOperatorAsync();
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        var words = me.At("orders-chart").Locator("figcaption");
        var before = Placed(await words.InnerTextAsync());
        // Two looks of the processes' counters are needed; what happens after the first of them is counted.
        await Assertions.Expect(me.At("rates-over")).ToContainTextAsync("of the last");
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");

        // Without a reload.
        await Assertions.Expect(me.Page.Locator("[data-test=service][data-service=orders] [data-test=rate]"))
            .ToHaveTextAsync(new Regex(@"^(?!0/s)[0-9.]+/s"));
        await Assertions.Expect(me.Page.Locator("[data-flow=orders-payments]")).ToContainTextAsync("/s");
        await Assertions.Expect(me.Page.Locator("g[data-map=orders] [data-test=map-rate]"))
            .ToContainTextAsync("p99");
        await Assertions.Expect(words).Not.ToHaveTextAsync(new Regex($"^Orders per minute {before} placed"));
        Assert.True(Placed(await words.InnerTextAsync()) > before);
        await Assertions.Expect(me.At("confirm-chart").Locator("figcaption")).ToContainTextAsync("median");
        Assert.True(await me.At("orders-chart").Locator("rect").CountAsync() is > 0 and <= 60);
        await me.ShowAsync("console-overview-rates");
    }

    [Fact]
    public async Task Says_that_orders_does_not_tell_rather_than_that_there_were_none()
    {
        await using var me = await shop.NewOperatorAsync();
        await shop.RunAsync("stop", "orders");
        try
        {
            await me.GoAsync("/ops");
            await Assertions.Expect(me.At("no-pace")).ToContainTextAsync("Orders does not tell");
            Assert.Equal(0, await me.At("orders-chart").CountAsync());
        }
        finally
        {
            await shop.RunAsync("start", "orders");
        }
        // It comes back by itself.
        await Assertions.Expect(me.At("orders-chart")).ToBeVisibleAsync();
    }

    private static long Placed(string words) =>
        long.Parse(Regex.Match(words, "([0-9,]+) placed").Groups[1].Value.Replace(",", ""), null);
}
