using System.Net;
using Tessera.Orders.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>One service is away while orders are placed, and comes back.</summary>
[Collection(nameof(PlainStore))]
public sealed class OutageTests(PlainStore store)
{
    private const int Orders = 20;

    [Theory]
    [InlineData("catalog")]
    [InlineData("payments")]
    [InlineData("inventory")]
    [InlineData("users")]
    public async Task Accepts_orders_while_a_service_is_away_and_brings_all_to_their_end_when_it_is_back(string service)
    {
        var buyer = await store.Shop.NewBuyerAsync();
        var sku = await store.Shop.NewProductAsync(stock: 1000);
        await store.Shop.PlaceAsync(buyer, sku); // Its price is known from here on.
        await store.RunAsync("stop", service);
        List<OrderView> placed = [];
        try
        {
            for (var number = 0; number < Orders; number++) placed.Add(await store.Shop.PlaceAsync(buyer, sku));
        }
        finally
        {
            await store.RunAsync("start", service);
        }
        foreach (var order in placed) await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await store.VerifyAsync();
    }

    [Fact]
    public async Task Says_so_when_a_product_cannot_be_priced_because_the_catalog_is_away()
    {
        var buyer = await store.Shop.NewBuyerAsync();
        await store.RunAsync("stop", "catalog");
        try
        {
            using var response = await store.Shop.TryPlaceAsync(
                buyer, new PlaceOrderRequest([new PlaceOrderLine("NEVER-HEARD-OF", 1)]));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }
        finally
        {
            await store.RunAsync("start", "catalog");
        }
    }
}
