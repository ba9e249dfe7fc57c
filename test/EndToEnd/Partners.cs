using System.Net.Http.Json;
using System.Text.Json;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Tessera.Testing.Services;
using Tessera.Users.Contracts;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What a partner of a store needs: a token to register endpoints with, and a look at signatures.</summary>
internal static class Partners
{
    /// <summary>A client of the store's own token server, as an operator adds it.</summary>
    public static async Task<string> TokenAsync(Shop shop)
    {
        using var added = await shop.TryAsync(HttpMethod.Post, "/api/v1/users/clients", new AddClientRequest(
            $"partner-{Guid.NewGuid():N}"[..20], "A partner", ["client_credentials"], ["webhooks"]), shop.Operator);
        Assert.True(added.IsSuccessStatusCode, await added.Content.ReadAsStringAsync());
        var client = (await added.Content.ReadFromJsonAsync<AddedClientView>())!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["scope"] = "webhooks",
            ["client_id"] = client.Client.Id, ["client_secret"] = client.Secret!,
        });
        using var given = await shop.Http.PostAsync(new Uri("/connect/token", UriKind.Relative), form);
        Assert.True(given.IsSuccessStatusCode, await given.Content.ReadAsStringAsync());
        return (await given.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("access_token").GetString()!;
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
