using System.Net;
using System.Net.Http.Json;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>Every way an order can go (docs/orders.md).</summary>
[Collection(nameof(StoreWithShortTimers))]
public sealed class OrderLifeTests(StoreWithShortTimers store)
{
    private Shop Shop => store.Shop;

    [Fact]
    public async Task The_address_in_the_answer_leads_to_the_order()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync();
        using var placed = await Shop.TryPlaceAsync(buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null));
        var address = placed.Headers.Location!.OriginalString;
        Assert.StartsWith("/api/v1/orders/", address, StringComparison.Ordinal);
        Assert.Equal(sku, Assert.Single((await Shop.GetAsync<OrderView>(address, buyer)).Lines).Sku);
    }

    [Fact]
    public async Task Confirms_an_order_that_is_in_stock_and_paid()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 10, priceMinor: 250);
        var placed = await Shop.PlaceAsync(buyer, sku, quantity: 3);
        Assert.Equal((750, "GBP"), (placed.TotalMinor, placed.Currency));
        var order = await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        Assert.Equal(["Placed", "StockReserved", "Confirmed"], order.History.Select(entry => entry.State).Distinct());
        Assert.NotNull(order.ConfirmedAt);
        var paid = await Shop.PaymentAsync(buyer, order.Id);
        Assert.Equal(("Captured", 750), (paid.State, paid.CapturedMinor));
        await HasStockAsync(sku, onHand: 7, held: 0, committed: 3);
        var mine = await Shop.GetAsync<OrderPage>("/api/v1/orders", buyer);
        Assert.Equal(order.Id, Assert.Single(mine.Items).Id);
    }

    [Fact]
    public async Task Cancels_an_order_that_is_short_of_stock_and_takes_nothing()
    {
        var buyer = await Shop.NewBuyerAsync();
        var (plenty, scarce) = (await Shop.NewProductAsync(stock: 10), await Shop.NewProductAsync(stock: 1));
        using var response = await Shop.TryPlaceAsync(
            buyer, new PlaceOrderRequest([new PlaceOrderLine(plenty, 1), new PlaceOrderLine(scarce, 2)]));
        var placed = (await response.Content.ReadFromJsonAsync<OrderView>(TestContext.Current.CancellationToken))!;
        var order = await Shop.BecomesAsync(buyer, placed.Id, "Cancelled");
        Assert.Equal(CancelReasons.OutOfStock, order.CancelReason);
        await HasStockAsync(plenty, onHand: 10, held: 0, committed: 0);
        await HasStockAsync(scarce, onHand: 1, held: 0, committed: 0);
    }

    [Fact]
    public async Task Cancels_an_order_whose_payment_is_declined_and_releases_its_stock()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 5);
        var order = await CancelledAsync(
            buyer, await Shop.PlaceAsync(buyer, sku, payment: "tok_decline"), CancelReasons.PaymentDeclined);
        await HasStockAsync(sku, onHand: 5, held: 0, committed: 0);
        Assert.Equal("Declined", (await Shop.PaymentAsync(buyer, order.Id)).State);
    }

    [Theory]
    [InlineData("tok_lost_answer")]
    [InlineData("tok_flaky")]
    public async Task Charges_once_though_the_provider_fails_or_its_answer_is_lost(string payment)
    {
        var buyer = await Shop.NewBuyerAsync();
        var placed = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync(priceMinor: 999), payment: payment);
        await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        var paid = await Shop.PaymentAsync(buyer, placed.Id);
        // That it was one charge, verify reads in the provider's books.
        Assert.Equal((999, 0), (paid.CapturedMinor, paid.RefundedMinor));
    }

    [Fact]
    public async Task Refunds_a_payment_that_comes_after_the_buyer_has_cancelled()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 5);
        var placed = await Shop.PlaceAsync(buyer, sku, payment: "tok_slow");
        await Shop.BecomesAsync(buyer, placed.Id, "StockReserved");
        await Eventually.HoldsAsync("the provider is being asked",
            async () => (await Shop.PaymentAsync(buyer, placed.Id)).State == "Capturing");
        await Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{placed.Id}/cancel", null, buyer);
        await CancelledAsync(buyer, placed, CancelReasons.Buyer);
        await Eventually.HoldsAsync("what was captured is refunded", async () =>
            await Shop.PaymentAsync(buyer, placed.Id) is { State: "Refunded" } paid
            && paid.CapturedMinor == paid.RefundedMinor);
        await HasStockAsync(sku, onHand: 5, held: 0, committed: 0);
    }

    [Fact]
    public async Task Takes_a_confirmed_order_back_when_its_buyer_cancels_and_refunds_it()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 5);
        var placed = await Shop.PlaceAsync(buyer, sku, quantity: 2);
        await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        await Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{placed.Id}/cancel", null, buyer);
        await CancelledAsync(buyer, placed, CancelReasons.Buyer);
        await Eventually.HoldsAsync(
            "it is refunded", async () => (await Shop.PaymentAsync(buyer, placed.Id)).State == "Refunded");
        await HasStockAsync(sku, onHand: 5, held: 0, committed: 0);
    }

    /// <summary>By the way that a real one would take, through the gateway; each happening once.</summary>
    [Fact]
    public async Task Hears_from_the_provider_what_became_of_a_charge()
    {
        var buyer = await Shop.NewBuyerAsync();
        var placed = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync(stock: 5));
        await Eventually.HoldsAsync("the capture is told", () =>
            store.CallbacksOf(placed.Id) is [PaymentCallback.Captured]);
        await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        await Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{placed.Id}/cancel", null, buyer);
        await Eventually.HoldsAsync("the refund is told", () =>
            store.CallbacksOf(placed.Id) is [PaymentCallback.Captured, PaymentCallback.Refunded]);
    }

    [Fact]
    public async Task Keeps_a_shipped_order_although_its_buyer_cancels()
    {
        var buyer = await Shop.NewBuyerAsync();
        var placed = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync());
        await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        await Eventually.HoldsAsync("its stock is committed and it can be shipped", async () =>
        {
            using var shipped = await Shop.TryAsync(
                HttpMethod.Post, $"/api/v1/orders/{placed.Id}/ship", null, Shop.Operator);
            return shipped.IsSuccessStatusCode;
        });
        await Shop.BecomesAsync(buyer, placed.Id, "Shipped");
        using var refused = await Shop.TryAsync(HttpMethod.Post, $"/api/v1/orders/{placed.Id}/cancel", null, buyer);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
    }

    [Fact]
    public async Task Cancels_by_timer_when_no_stock_is_reserved_in_time_and_lets_the_buyer_cancel_meanwhile()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 5);
        await store.RunAsync("stop", "inventory");
        try
        {
            var late = await Shop.PlaceAsync(buyer, sku);
            var cancelled = await Shop.PlaceAsync(buyer, sku);
            await Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{cancelled.Id}/cancel", null, buyer);
            await CancelledAsync(buyer, cancelled, CancelReasons.Buyer);
            await CancelledAsync(buyer, late, CancelReasons.StockTimeout);
        }
        finally
        {
            await store.RunAsync("start", "inventory");
        }
        await HasStockAsync(sku, onHand: 5, held: 0, committed: 0);
    }

    [Fact]
    public async Task Cancels_by_timer_when_it_is_not_paid_in_time_and_keeps_no_money_afterwards()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 5);
        await store.RunAsync("stop", "payments");
        OrderView placed;
        try
        {
            placed = await Shop.PlaceAsync(buyer, sku);
            await CancelledAsync(buyer, placed, CancelReasons.PaymentTimeout);
        }
        finally
        {
            await store.RunAsync("start", "payments");
        }
        await HasStockAsync(sku, onHand: 5, held: 0, committed: 0);
        await Eventually.HoldsAsync("no money is kept", async () =>
            await Shop.PaymentAsync(buyer, placed.Id) is { State: "Cancelled" or "Refunded" } paid
            && paid.CapturedMinor == paid.RefundedMinor);
    }

    [Fact]
    public async Task Answers_the_same_key_with_the_same_order_and_another_body_with_422()
    {
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 50);
        var key = Guid.NewGuid().ToString();
        var placed = await Shop.PlaceAsync(buyer, sku, key: key);
        await Shop.BecomesAsync(buyer, placed.Id, "Confirmed");
        var again = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Shop.PlaceAsync(buyer, sku, key: key)));
        Assert.All(again, order => Assert.Equal((placed.Id, placed.TotalMinor), (order.Id, order.TotalMinor)));
        using var other = await Shop.TryPlaceAsync(buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 2)]), key);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.StatusCode);
        Assert.Equal(1, (await Shop.GetAsync<OrderPage>("/api/v1/orders", buyer)).Total);
    }

    [Fact]
    public async Task Keeps_every_invariant_after_all_of_this() => await store.VerifyAsync();

    private async Task<OrderView> CancelledAsync(string buyer, OrderView placed, string reason)
    {
        var order = await Shop.BecomesAsync(buyer, placed.Id, "Cancelled");
        Assert.Equal(reason, order.CancelReason);
        return order;
    }

    /// <summary>It is told from what the databases keep, not from what a process remembers.</summary>
    [Fact]
    public async Task Tells_the_same_story_after_the_services_have_started_anew()
    {
        var buyer = await Shop.NewBuyerAsync();
        var placed = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync(), payment: "tok_decline");
        await Shop.BecomesAsync(buyer, placed.Id, "Cancelled");
        var before = "";
        await Eventually.HoldsAsync("the story has come to its end", async () =>
        {
            before = await store.RunAsync("order", $"{placed.Id}");
            return before.Contains("It waits for nothing", StringComparison.Ordinal);
        });
        foreach (var service in (string[])["orders", "inventory", "payments"]) await store.RunAsync("restart", service);
        var after = "";
        await Eventually.HoldsAsync("each of them tells its part", async () =>
        {
            after = await store.RunAsync("order", $"{placed.Id}");
            return !after.Contains("Not told", StringComparison.Ordinal);
        });
        Assert.Equal(before, after);
    }

    private Task HasStockAsync(string sku, long onHand, long held, long committed) => Eventually.HoldsAsync(
        $"{sku} has {onHand} on hand, {held} held, {committed} committed",
        async () => await Shop.StockAsync(sku) is var stock
            && (stock.OnHand, stock.Held, stock.Committed) == (onHand, held, committed));
}
