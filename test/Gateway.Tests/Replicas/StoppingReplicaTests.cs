using System.Net;
using Tessera.Testing;

namespace Tessera.Gateway.Tests.Replicas;

/// <summary>Probes come so seldom here that no test ends by one.</summary>
public sealed class SeldomProbingGateway : GatewayProcess
{
    protected override (string Key, string Value)[] Settings => [("Gateway:ProbeInterval", "00:01:00")];
}

public sealed class StoppingReplicaTests(SeldomProbingGateway gateway) : IClassFixture<SeldomProbingGateway>
{
    [Fact]
    public async Task Sends_nothing_more_once_it_has_confirmed_that_a_replica_stops_and_takes_a_new_one_in()
    {
        var token = gateway.Operator;
        var (leaving, staying) = (gateway.Inventory[0], gateway.Inventory[1]);
        await Eventually.HoldsAsync("both are listened to", () => leaving.IsListenedTo && staying.IsListenedTo);

        await leaving.TellStopAsync().WithinAsync(TimeSpan.FromSeconds(20));
        var seen = leaving.Seen;
        for (var number = 0; number < 20; number++)
        {
            using var read = await gateway.SendAsync("GET", "/api/v1/stock/A1", token);
            Assert.Equal("inventory-2", (await GatewayProcess.EchoAsync(read)).Service);
        }
        Assert.Equal(seen, leaving.Seen);

        await leaving.DisposeAsync();
        await using var back = await StubService.StartAsync("inventory-1", new Uri(leaving.Address).Port);
        await Eventually.HoldsAsync("the new process serves", async () =>
        {
            using var read = await gateway.SendAsync("GET", "/api/v1/stock/A1", token);
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            return back.Seen > 0;
        });
        // Its health says so too: that is what a restart waits for.
        using var health = await gateway.SendAsync("GET", "/health");
        Assert.Contains("\"replica\":\"inventory-1\"", await health.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }
}
