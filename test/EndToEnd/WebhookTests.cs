using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
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
        var token = await PartnersTokenAsync();
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
        Assert.All(await VerifiedAsync(secret, received), said => Assert.Equal("good", said));
    }

    /// <summary>A client of the store's own token server, as an operator adds it.</summary>
    private async Task<string> PartnersTokenAsync()
    {
        using var added = await Shop.TryAsync(HttpMethod.Post, "/api/v1/users/clients", new AddClientRequest(
            $"partner-{Guid.NewGuid():N}"[..20], "A partner", ["client_credentials"], ["webhooks"]), Shop.Operator);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync());
        var client = (await added.Content.ReadFromJsonAsync<AddedClientView>())!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["scope"] = "webhooks",
            ["client_id"] = client.Client.Id, ["client_secret"] = client.Secret!,
        });
        using var given = await Shop.Http.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        Assert.True(given.IsSuccessStatusCode, await given.Content.ReadAsStringAsync());
        return (await given.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    private static async Task<string[]> VerifiedAsync(string secret, Received[] received)
    {
        var folder = await NodePackages.InstallAsync("Webhooks.Tests/node");
        using var temporary = new TemporaryFolder("messages");
        var file = temporary.File("messages.json");
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(
            received.Select(each => new { secret, body = each.Body, headers = each.Headers })));
        var (code, said) = await NodePackages.RunAsync(folder, "node", ["verify.mjs", file]);
        Assert.True(code == 0, said);
        return said.Trim().Split('\n');
    }
}
