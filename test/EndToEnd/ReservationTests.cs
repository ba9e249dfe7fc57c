using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

public sealed class ReservationTests(StoreWithShortReservations store) : IClassFixture<StoreWithShortReservations>
{
    [Fact]
    public async Task Cancels_an_order_whose_reservation_expires_and_keeps_no_money()
    {
        var shop = store.Shop;
        var buyer = await shop.NewBuyerAsync();
        var sku = await shop.NewProductAsync(stock: 5);
        await store.RunAsync("stop", "payments");
        OrderView order;
        try
        {
            var placed = await shop.PlaceAsync(buyer, sku, quantity: 5);
            order = await shop.BecomesAsync(buyer, placed.Id, "Cancelled");
            Assert.Equal(CancelReasons.ReservationExpired, order.CancelReason);
            await Eventually.HoldsAsync("the stock is back", async () => (await shop.StockAsync(sku)).OnHand == 5);
        }
        finally
        {
            await store.RunAsync("start", "payments");
        }
        await Eventually.HoldsAsync("no money is kept", async () =>
            await shop.PaymentAsync(buyer, order.Id) is { State: "Cancelled" or "Refunded" } paid
            && paid.CapturedMinor == paid.RefundedMinor);
        await store.VerifyAsync();
    }
}
