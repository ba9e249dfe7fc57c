using System.Text.Encodings.Web;
using System.Text.Json;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;

namespace Tessera.Webhooks.Tests;

/// <summary>What a partner reads of each event, to the letter: a public shape, with nothing of ours in it.</summary>
public sealed class BodyTests
{
    private static readonly Guid order = Guid.Parse("01939d3e-3333-7000-8000-000000000003");
    private static readonly JsonSerializerOptions asSent = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public Task Of_an_order_that_is_placed() => IsSentAsync<QueueOrderWebhooks, OrderPlaced>(
        Some.Placed(order), "order.placed.v1", new
        {
            order, customer = Some.Buyer,
            lines = new[] { new { sku = "LAMP", quantity = 2, unitPriceMinor = 250 } },
            deliveryMinor = 100, totalMinor = 600, currency = "GBP", placedAt = "2026-03-01T11:00:00+00:00",
        });

    [Fact]
    public Task Of_an_order_that_is_confirmed() => IsSentAsync<QueueOrderWebhooks, OrderConfirmed>(
        new OrderConfirmed(order, Some.Buyer), "order.confirmed.v1", new { order, customer = Some.Buyer });

    [Theory]
    [InlineData(CancelReasons.StockTimeout, "timeout")]
    [InlineData(CancelReasons.PaymentTimeout, "timeout")]
    [InlineData(CancelReasons.ReservationExpired, "timeout")]
    [InlineData(CancelReasons.Buyer, "customer")]
    [InlineData(CancelReasons.Operator, "shop")]
    [InlineData(CancelReasons.UserErased, "customer-erased")]
    [InlineData(CancelReasons.OutOfStock, "out-of-stock")]
    [InlineData(CancelReasons.PaymentDeclined, "payment-declined")]
    [InlineData(CancelReasons.PaymentRefunded, "payment-refunded")]
    [InlineData("a-reason-of-tomorrow", "other")]
    public Task Of_an_order_that_is_cancelled_which_says_no_more_than_a_partner_can_use(string reason, string told) =>
        IsSentAsync<QueueOrderWebhooks, OrderCancelled>(
            new OrderCancelled(order, Some.Buyer, reason), "order.cancelled.v1",
            new { order, customer = Some.Buyer, reason = told });

    [Fact]
    public Task Of_an_order_that_is_shipped() => IsSentAsync<QueueOrderWebhooks, OrderShipped>(
        new OrderShipped(order, Some.Buyer), "order.shipped.v1", new { order, customer = Some.Buyer });

    [Fact]
    public Task Of_stock_that_runs_low() => IsSentAsync<QueueWebhookOnStockLow, StockLow>(
        new StockLow("LAMP", 3), "stock.low.v1", new { sku = "LAMP", onHand = 3 });

    [Fact]
    public Task Of_a_customer_who_is_erased() => IsSentAsync<QueueWebhookOnUserErased, UserErased>(
        new UserErased(Some.Buyer), "customer.erased.v1", new { customer = Some.Buyer });

    [Fact]
    public void Each_type_that_can_be_registered_for_is_sent_here() => Assert.Equal(
        PublicTypes.All.Select(each => each.Name).Order(),
        ["customer.erased.v1", "order.cancelled.v1", "order.confirmed.v1", "order.placed.v1", "order.shipped.v1",
            "stock.low.v1"]);

    private static async Task IsSentAsync<THandler, TEvent>(TEvent happened, string type, object data)
        where THandler : IHandle<TEvent>
        where TEvent : class
    {
        await using var partner = await Partner.StartAsync();
        await using var webhooks = await WebhooksInMemory.StartAsync();
        await webhooks.RegisterAsync(partner.Url(), false, type);
        await webhooks.HearAsync<THandler, TEvent>(order, happened);
        await webhooks.DeliverAsync();
        var received = Assert.Single(partner.Received);
        Assert.Equal("application/json", received.Headers["Content-Type"]);
        var expected = new { type, timestamp = "2026-03-01T11:00:00+00:00", data };
        Assert.Equal(JsonSerializer.Serialize(expected, asSent), received.Body);
    }
}
