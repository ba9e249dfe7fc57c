using System.Net;
using Tessera.Testing;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway.Tests.Replicas;

/// <summary>A gateway that waits for what a test holds.</summary>
public sealed class WaitingGatewayProcess : GatewayProcess
{
    protected override (string Key, string Value)[] Settings => [("Gateway:UpstreamTimeout", "00:05:00")];
}

public sealed class PickReplicaTests(WaitingGatewayProcess gateway) : IClassFixture<WaitingGatewayProcess>
{
    [Fact]
    public async Task Gives_requests_to_the_replica_that_has_the_fewest_under_way()
    {
        await Eventually.HoldsAsync("both replicas serve", async () =>
        {
            await ReadAsync();
            return gateway.Inventory.All(replica => replica.Seen > 0);
        });
        var held = gateway.SendAsync("GET", "/api/v1/stock/held", gateway.Operator);
        await Eventually.HoldsAsync("one replica is at it", () => gateway.Inventory.Sum(replica => replica.Held) == 1);
        var busy = gateway.Inventory.Single(replica => replica.Held == 1);
        var free = gateway.Inventory.Single(replica => replica.Held == 0);
        var (seenByBusy, seenByFree) = (busy.Seen, free.Seen);
        for (var number = 0; number < 10; number++) await ReadAsync();
        Assert.Equal((0, 10), (busy.Seen - seenByBusy, free.Seen - seenByFree));
        busy.Release();
        using var answer = await held;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public void Lets_equals_take_turns()
    {
        var cluster = new ClusterState("stock");
        DestinationState[] replicas = [new("stock-1"), new("stock-2"), new("stock-3")];
        var policy = new PickReplica();
        var picked = Enumerable.Range(0, 9)
            .Select(_ => policy.PickDestination(new DefaultHttpContext(), cluster, replicas)!.DestinationId).ToArray();
        Assert.Equal([3, 3, 3], picked.GroupBy(name => name).Select(times => times.Count()));
        Assert.Null(policy.PickDestination(new DefaultHttpContext(), cluster, []));
    }

    [Fact]
    public void Connects_anew_within_minutes_because_a_name_may_mean_another_machine_by_then()
    {
        using var handler = Upstream.CreateHandler();
        Assert.InRange(handler.PooledConnectionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        Assert.True(handler.EnableMultipleHttp2Connections);
    }

    private async Task ReadAsync()
    {
        using var answer = await gateway.SendAsync("GET", "/api/v1/stock/A1", gateway.Operator);
        answer.EnsureSuccessStatusCode();
    }
}
