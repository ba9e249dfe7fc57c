using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Users.Contracts;

namespace Tessera.Orders.Tests;

/// <summary>What the handlers store, announce and schedule, on the real store.</summary>
public sealed class OrderReactionsTests
{
    private static readonly DateTimeOffset later = Some.Time.AddMinutes(30);

    [Fact]
    public async Task An_order_goes_from_placed_to_shipped()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var order = await orders.PlaceAsync();
        Assert.Equal([("StockOverdue", TimeSpan.FromMinutes(15))], await orders.Service.TimersAsync(order));

        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new StockReserved(order, later));
        Assert.Equal([("PaymentOverdue", TimeSpan.FromMinutes(15))], await orders.Service.TimersAsync(order));
        var asked = Assert.Single(await orders.Service.PublishedAsync<PaymentRequested>());
        Assert.Equal(
            (order, 500, "GBP", "tok_ok"), (asked.Order, asked.AmountMinor, asked.Currency, asked.PaymentMethod));

        await orders.HearAsync<ConfirmOrderOnPaymentCaptured, PaymentCaptured>(
            new PaymentCaptured(order, Guid.NewGuid(), 500, "GBP"));
        Assert.Empty(await orders.Service.TimersAsync(order));
        await orders.HearAsync<MarkOrderOnStockCommitted, StockCommitted>(new StockCommitted(order));

        Assert.Equal(
            ["orders.order-placed.v1", "orders.payment-requested.v1", "orders.order-confirmed.v1"],
            await orders.Service.PublishedAsync(order));
        var view = await orders.ReadAsync(order);
        Assert.Equal("Confirmed", view.State);
        Assert.NotNull(view.ConfirmedAt);
        Assert.Equal(
            ["OrderPlaced", "StockReserved", "PaymentCaptured", "StockCommitted"],
            view.History.Select(entry => entry.Because));
    }

    [Fact]
    public async Task A_refusal_and_a_decline_and_an_expiry_cancel_with_their_reasons()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => orders.PlaceAsync()));
        await orders.HearAsync<CancelOrderOnStockRefused, StockRefused>(new StockRefused(ids[0], []));
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new(ids[1], later), new(ids[2], later));
        await orders.HearAsync<CancelOrderOnPaymentDeclined, PaymentDeclined>(
            new PaymentDeclined(ids[1], Guid.NewGuid(), "no"));
        await orders.HearAsync<CancelOrderOnStockReleased, StockReleased>(new StockReleased(ids[2], "expired"));

        Assert.Equal(("Cancelled", CancelReasons.OutOfStock), await orders.StateAsync(ids[0]));
        Assert.Equal(("Cancelled", CancelReasons.PaymentDeclined), await orders.StateAsync(ids[1]));
        Assert.Equal(("Cancelled", CancelReasons.ReservationExpired), await orders.StateAsync(ids[2]));
        Assert.Equal(3, (await orders.Service.PublishedAsync<OrderCancelled>()).Length);
        foreach (var id in ids) Assert.Empty(await orders.Service.TimersAsync(id));
    }

    [Fact]
    public async Task The_timers_cancel_what_waits_and_leave_alone_what_went_on()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var (waits, pays) = (await orders.PlaceAsync(), await orders.PlaceAsync());
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new StockReserved(pays, later));
        await orders.HearAsync<CancelOrderOnStockOverdue, StockOverdue>(new(waits), new(pays));
        Assert.Equal(("Cancelled", CancelReasons.StockTimeout), await orders.StateAsync(waits));
        Assert.Equal(("StockReserved", null), await orders.StateAsync(pays));
        await orders.HearAsync<CancelOrderOnPaymentOverdue, PaymentOverdue>(new(waits), new(pays));
        Assert.Equal(("Cancelled", CancelReasons.PaymentTimeout), await orders.StateAsync(pays));
    }

    [Fact]
    public async Task A_capture_after_the_cancellation_leaves_it_cancelled_and_the_refund_is_told()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var order = await orders.PlaceAsync();
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new StockReserved(order, later));
        await orders.HearAsync<CancelOrderOnPaymentOverdue, PaymentOverdue>(new PaymentOverdue(order));
        await orders.HearAsync<ConfirmOrderOnPaymentCaptured, PaymentCaptured>(
            new PaymentCaptured(order, Guid.NewGuid(), 500, "GBP"));
        await orders.HearAsync<NoteOnPaymentRefunded, PaymentRefunded>(
            new PaymentRefunded(order, Guid.NewGuid(), 500, "GBP"));

        Assert.Equal(("Cancelled", CancelReasons.PaymentTimeout), await orders.StateAsync(order));
        Assert.Empty(await orders.Service.PublishedAsync<OrderConfirmed>());
        Assert.Single(await orders.Service.PublishedAsync<OrderCancelled>());
        Assert.Equal(
            ["OrderPlaced", "StockReserved", "PaymentOverdue", "PaymentCaptured", "PaymentRefunded"],
            (await orders.ReadAsync(order)).History.Select(entry => entry.Because));
    }

    [Fact]
    public async Task A_capture_of_another_amount_confirms_nothing()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var order = await orders.PlaceAsync();
        await orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new StockReserved(order, later));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            orders.HearAsync<ConfirmOrderOnPaymentCaptured, PaymentCaptured>(
                new PaymentCaptured(order, Guid.NewGuid(), 499, "GBP")));
        Assert.Equal(("StockReserved", null), await orders.StateAsync(order));
    }

    [Fact]
    public async Task An_event_of_an_order_that_is_not_ours_fails_loudly()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            orders.HearAsync<RequestPaymentOnStockReserved, StockReserved>(new StockReserved(Guid.NewGuid(), later)));
    }

    [Fact]
    public async Task A_user_who_is_erased_has_open_orders_cancelled_and_references_forgotten()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var (buyer, other) = (Guid.NewGuid(), Guid.NewGuid());
        var mine = (await orders.TryPlaceAsync(buyer, reference: "for aunt Jane"))!.Id;
        var theirs = (await orders.TryPlaceAsync(other, reference: "keep me"))!.Id;
        await orders.HearAsync<CancelOrdersOnUserErased, UserErased>(new UserErased(buyer));
        var view = await orders.ReadAsync(mine);
        Assert.Equal(("Cancelled", CancelReasons.UserErased, null), (view.State, view.CancelReason, view.Reference));
        Assert.Equal("keep me", (await orders.ReadAsync(theirs)).Reference);
        Assert.Equal(("Placed", null), await orders.StateAsync(theirs));
    }

    [Fact]
    public async Task Nothing_is_placed_for_a_buyer_who_is_erased_and_what_slipped_through_ends_as_the_rest()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        await orders.HearAsync<CancelOrdersOnUserErased, UserErased>(new UserErased(buyer));
        Assert.Null(await orders.TryPlaceAsync(buyer, "later"));
        Assert.Equal(0, await orders.Service.NumberAsync("select count(*) from orders"));

        // As if it had been placed by a transaction that began before the buyer was erased.
        await orders.Service.ExecuteAsync("delete from erased_buyers");
        var slipped = (await orders.TryPlaceAsync(buyer, "slipped", reference: "for aunt Jane"))!.Id;
        await orders.HearAsync<CancelOrdersOnBuyerErased, BuyerErased>(new BuyerErased(buyer));
        Assert.Equal(("Cancelled", CancelReasons.UserErased), await orders.StateAsync(slipped));
        Assert.Null((await orders.ReadAsync(slipped)).Reference);
        Assert.Equal(0, await orders.Service.NumberAsync("select count(*) from orders where payment_method <> ''"));
        Assert.Null(await orders.TryPlaceAsync(buyer, "latest"));
    }

    [Fact]
    public async Task A_second_look_for_orders_of_an_erased_buyer_is_scheduled()
    {
        await using var orders = await OrdersInMemory.StartAsync();
        var buyer = Guid.NewGuid();
        await orders.HearAsync<CancelOrdersOnUserErased, UserErased>(new UserErased(buyer));
        var (_, due) = Assert.Single(await orders.Service.TimersAsync(buyer));
        Assert.Equal(TimeSpan.FromMinutes(1), due);
    }
}
