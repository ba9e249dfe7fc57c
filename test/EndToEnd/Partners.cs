using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
using Tessera.Webhooks.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What a partner of a store needs: a token to register endpoints with, and a look at signatures.</summary>
internal static class Partners
{
    /// <summary>The token of a new client of the store's own token server.</summary>
    public static async Task<string> TokenAsync(Shop shop)
    {
        var (client, secret) = await AddAsync(shop);
        return await TokenAsync(shop, client, secret);
    }

    /// <summary>A client, as an operator adds it.</summary>
    public static async Task<(string Client, string Secret)> AddAsync(Shop shop)
    {
        using var answer = await shop.TryAsync(HttpMethod.Post, "/api/v1/users/clients", new AddClientRequest(
            $"partner-{Guid.NewGuid():N}"[..20], "A partner", ["client_credentials"], ["webhooks"]), shop.Operator);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        var added = (await answer.Content.ReadFromJsonAsync<AddedClientView>())!;
        return (added.Client.Id, added.Secret!);
    }

    public static async Task<string> TokenAsync(Shop shop, string client, string secret)
    {
        using var given = await PostAsync(
            shop, client, secret, "/connect/token", ("grant_type", "client_credentials"), ("scope", "webhooks"));
        Assert.True(given.IsSuccessStatusCode, await given.Content.ReadAsStringAsync());
        return (await given.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
    }

    /// <summary>Has Webhooks try to reach a partner whose host nobody knows.</summary>
    public static async Task FailOnceAsync(Shop shop, string name)
    {
        var partner = await TokenAsync(shop);
        using var answer = await shop.TryAsync(HttpMethod.Post, "/api/v1/webhooks", new RegisterEndpointRequest(
            $"https://{name}.invalid/{name}", [PublicOrderPlaced.Type]), partner);
        var endpoint = (await answer.Content.ReadFromJsonAsync<RegisteredEndpoint>())!.Endpoint;
        await shop.SendAsync(HttpMethod.Post, $"/api/v1/webhooks/{endpoint.Id}/test", null, partner);
        await Eventually.HoldsAsync("it was tried", async () => (await shop.GetAsync<DeliveryPage>(
            $"/api/v1/webhooks/{endpoint.Id}/deliveries", partner)).Items.Any(each => each.Attempts > 0));
        await shop.SendAsync(HttpMethod.Delete, $"/api/v1/webhooks/{endpoint.Id}", null, partner);
    }

    /// <summary>Asks the token server as that client.</summary>
    public static async Task<HttpResponseMessage> PostAsync(
        Shop shop, string client, string secret, string path, params (string Key, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(
        [
            .. form.Append(("client_id", client)).Append(("client_secret", secret))
                .Select(each => KeyValuePair.Create(each.Item1, each.Item2)),
        ]);
        return await shop.Http.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    /// <summary>What the package for Node says of each.</summary>
    public static async Task<string[]> VerifiedAsync(string secret, Received[] received)
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
