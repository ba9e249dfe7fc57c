using System.Net.Http.Json;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A partner beside a store on embedded defaults: a machine with one scope, in a language of its own.
/// </summary>
[Collection(nameof(PlainStore))]
public sealed class WebhookTests(PlainStore store)
{
    private Shop Shop => store.Shop;

    [Fact]
    public async Task An_order_leads_to_one_signed_message_for_each_thing_that_becomes_of_it()
    {
        await using var partner = await Partner.StartAsync();
        var token = await Partners.TokenAsync(Shop);
        using var answer = await Shop.TryAsync(HttpMethod.Post, "/api/v1/webhooks", new RegisterEndpointRequest(
            partner.Url(), [PublicOrderPlaced.Type, PublicOrderConfirmed.Type], OrderedByKey: true), token);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var (endpoint, secret) = (await answer.Content.ReadFromJsonAsync<RegisteredEndpoint>())!;
        Assert.StartsWith("/api/v1/webhooks/", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);

        var buyer = await Shop.NewBuyerAsync();
        var order = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync(priceMinor: 250), quantity: 2);
        await Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        // The store is killed where it stands, and still each message comes once in effect.
        await store.KillAsync("webhooks");
        await Eventually.HoldsAsync("all is delivered", async () => (await Shop.GetAsync<DeliveryPage>(
            $"/api/v1/webhooks/{endpoint.Id}/deliveries?state=Delivered", token)).Items.Count == 2,
            TimeSpan.FromSeconds(90));

        var received = partner.Received;
        Assert.Equal(["order.placed.v1", "order.confirmed.v1"], received.Select(each => each.Type).Distinct());
        Assert.Equal(2, received.Select(each => each.Id).Distinct().Count());
        Assert.All(received, each => Assert.Equal(order.Id.ToString(), each.Of("order")));
        Assert.Equal("500", received[0].Of("totalMinor"));
        Assert.All(received, each => Assert.Matches("^00-[0-9a-f]{32}-", each.Headers["traceparent"]));
        Assert.All(await Partners.VerifiedAsync(secret, received), said => Assert.Equal("good", said));
    }
}
