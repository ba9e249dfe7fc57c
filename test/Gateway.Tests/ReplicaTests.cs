using System.Net;
using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

public sealed class ReplicaTests(GatewayProcess gateway) : IClassFixture<GatewayProcess>
{
    [Fact]
    public async Task Goes_on_without_a_replica_that_is_away_and_takes_it_back()
    {
        var token = gateway.Operator;
        await Eventually.HoldsAsync("both replicas serve", async () =>
        {
            using var response = await gateway.SendAsync("GET", "/api/v1/stock/A1", token);
            return gateway.Inventory.All(replica => replica.Seen > 0);
        });

        var port = new Uri(gateway.Inventory[0].Address).Port;
        await gateway.Inventory[0].DisposeAsync();
        for (var number = 0; number < 20; number++)
        {
            using var read = await gateway.SendAsync("GET", "/api/v1/stock/A1", token);
            using var write = await gateway.SendAsync("POST", "/api/v1/stock/A1/receipts", token, new { quantity = 1 });
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (read.StatusCode, write.StatusCode));
        }

        // A service that the store is whole without is missed once it was there alone.
        using (var health = await gateway.SendAsync("GET", "/health"))
        {
            var whole = await health.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Equal(
                [("inventory-1", "Unreachable", true), ("inventory-2", "Healthy", true),
                    ("notifications-1", "Unreachable", false)],
                whole.GetProperty("services").EnumerateArray().Select(replica => (
                        Name: replica.GetProperty("replica").GetString(), replica.GetProperty("status").GetString(),
                        replica.GetProperty("hasAnswered").GetBoolean()))
                    .Where(replica => replica.Name is "inventory-1" or "inventory-2" or "notifications-1"));
        }

        await using var back = await StubService.StartAsync("inventory-1", port);
        await Eventually.HoldsAsync("the replica serves again", async () =>
        {
            using var response = await gateway.SendAsync("GET", "/api/v1/stock/A1", token);
            return back.Seen > 0;
        });
    }
}
