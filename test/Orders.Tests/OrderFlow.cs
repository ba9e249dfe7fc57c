using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Orders.Tests;

/// <summary>The life of an order across the three processes.</summary>
public abstract class OrderFlow(Shop shop)
{
    private readonly Guid _buyer = Guid.NewGuid();

    [Fact]
    public async Task An_order_is_confirmed_paid_and_its_stock_committed_and_then_shipped()
    {
        var sku = await shop.ProductAsync(stock: 10);
        var placed = await shop.PlaceAsync(_buyer, sku, 3);
        var confirmed = await shop.UntilAsync(_buyer, placed.Id, "Confirmed");
        Assert.Equal(750, confirmed.TotalMinor);
        Assert.Equal("The product " + sku, confirmed.Lines[0].Name);
        await Eventually.HoldsAsync("the stock is committed", async () => (await shop.StockAsync(sku)).Committed == 3);
        var payment = await shop.PaymentAsync(_buyer, placed.Id);
        Assert.Equal(("Captured", 750L, 0L), (payment!.State, payment.CapturedMinor, payment.RefundedMinor));

        await Eventually.HoldsAsync("it can be shipped", async () =>
        {
            using var shipped = await shop.PostAsync(
                "Orders", shop.Operator, $"/orders/{placed.Id}/ship", asOperator: true);
            return shipped.IsSuccessStatusCode;
        });
        using var late = await shop.PostAsync("Orders", _buyer, $"/orders/{placed.Id}/cancel");
        Assert.Equal(409, (int)late.StatusCode);
    }

    [Fact]
    public async Task An_order_of_more_than_there_is_is_cancelled_and_holds_nothing()
    {
        var sku = await shop.ProductAsync(stock: 2);
        var placed = await shop.PlaceAsync(_buyer, sku, 3);
        var cancelled = await shop.UntilAsync(_buyer, placed.Id, "Cancelled");
        Assert.Equal(CancelReasons.OutOfStock, cancelled.CancelReason);
        Assert.Equal((2L, 0L), ((await shop.StockAsync(sku)).OnHand, (await shop.StockAsync(sku)).Held));
    }

    [Fact]
    public async Task A_declined_payment_cancels_and_gives_the_stock_back()
    {
        var sku = await shop.ProductAsync(stock: 2);
        var placed = await shop.PlaceAsync(_buyer, sku, 2, "tok_decline");
        var cancelled = await shop.UntilAsync(_buyer, placed.Id, "Cancelled");
        Assert.Equal(CancelReasons.PaymentDeclined, cancelled.CancelReason);
        await Eventually.HoldsAsync("the stock is back", async () => (await shop.StockAsync(sku)).OnHand == 2);
    }

    [Theory]
    [InlineData("tok_lost_answer")]
    [InlineData("tok_flaky")]
    [InlineData("tok_slow")]
    public async Task A_provider_that_makes_trouble_charges_once_and_the_order_is_confirmed(string method)
    {
        var sku = await shop.ProductAsync();
        var placed = await shop.PlaceAsync(_buyer, sku, 2, method);
        await shop.UntilAsync(_buyer, placed.Id, "Confirmed");
        Assert.Equal(500, (await shop.PaymentAsync(_buyer, placed.Id))!.CapturedMinor);
    }

    [Fact]
    public async Task A_confirmed_order_that_is_cancelled_is_refunded_and_its_stock_is_back()
    {
        var sku = await shop.ProductAsync(stock: 5);
        var placed = await shop.PlaceAsync(_buyer, sku, 5);
        await shop.UntilAsync(_buyer, placed.Id, "Confirmed");
        using var answer = await shop.PostAsync("Orders", _buyer, $"/orders/{placed.Id}/cancel");
        Assert.Equal(200, (int)answer.StatusCode);
        await RefundedAsync(placed.Id);
        await Eventually.HoldsAsync("the stock is back", async () =>
            await shop.StockAsync(sku) is { OnHand: 5, Held: 0, Committed: 0 });
    }

    [Fact]
    public async Task A_capture_that_comes_after_the_cancellation_is_refunded()
    {
        var sku = await shop.ProductAsync(stock: 5);
        var placed = await shop.PlaceAsync(_buyer, sku, 5, "tok_slow");
        await shop.UntilAsync(_buyer, placed.Id, "StockReserved");
        await Eventually.HoldsAsync("the provider is asked", async () =>
            (await shop.PaymentAsync(_buyer, placed.Id))?.State == "Capturing");
        using var answer = await shop.PostAsync("Orders", _buyer, $"/orders/{placed.Id}/cancel");
        Assert.Equal(200, (int)answer.StatusCode);
        await RefundedAsync(placed.Id);
        var view = await shop.ReadAsync(_buyer, placed.Id);
        Assert.Equal(("Cancelled", CancelReasons.Buyer), (view.State, view.CancelReason));
    }

    private async Task RefundedAsync(Guid order)
    {
        await Eventually.HoldsAsync("the payment is refunded", async () =>
            await shop.PaymentAsync(_buyer, order) is { State: "Refunded" } payment
            && payment.CapturedMinor == payment.RefundedMinor && payment.CapturedMinor > 0);
        await Eventually.HoldsAsync("the order tells of it", async () =>
            (await shop.ReadAsync(_buyer, order)).History.Any(entry => entry.Because == "PaymentRefunded"));
    }
}

[Collection(nameof(Shop))]
public sealed class OrderFlowOnSqlite(Shop shop) : OrderFlow(shop);

[Collection(nameof(PostgresShop))]
public sealed class OrderFlowOnPostgres : OrderFlow
{
    public OrderFlowOnPostgres(PostgresShop shop) : base(shop) => shop.Require();
}
