using Tessera.Ops.Calling;
using Tessera.Ops.Pages.Overview;
using Tessera.Ops.Seeing;
using Tessera.Stories;

namespace Tessera.Ops.Tests;

/// <summary>Where the overview is red.</summary>
public sealed class SystemMapTests
{
    [Fact]
    public void A_broker_that_stands_still_is_named_first_although_a_key_is_held_as_well()
    {
        var map = Draw(Status("orders", unsent: 79, held: 1, owner: null), Status("payments", owner: null));
        Assert.True(map.IsBrokerBad);
        Assert.Equal("broker", map.Troubles.First().Service);
        Assert.Contains(map.Troubles, trouble => trouble.Trouble.StartsWith("1 key is held", StringComparison.Ordinal));
    }

    [Fact]
    public void One_service_that_reads_nothing_or_one_key_that_is_held_is_no_fault_of_the_broker()
    {
        var map = Draw(Status("orders", unsent: 79, held: 1), Status("payments", owner: null));
        Assert.False(map.IsBrokerBad);
        Assert.DoesNotContain(map.Troubles, trouble => trouble.Service == "broker");
        Assert.True(Draw(Status("orders", unsent: 79)).IsBrokerBad);
        Assert.False(Draw(Status("orders", unsent: 1)).IsBrokerBad);
    }

    [Fact]
    public void A_service_says_what_it_is_when_it_is_not_ready()
    {
        Assert.Equal("away", StateOf());
        Assert.Equal("away", StateOf("Unreachable"));
        Assert.Equal("degraded", StateOf("Unreachable", "Degraded"));
        Assert.Equal("1 of 2 ready", StateOf("Degraded", "Healthy"));
    }

    private static string StateOf(params string[] replicas)
    {
        var health = new SystemHealth("x",
            [.. replicas.Select(status => new ReplicaHealth("orders", "orders-1", status, 1, null, null, false))]);
        return SystemMap.Draw(health, [], RatesNow.Unknown).Services.Single(service => service.Name == "orders").State;
    }

    private static SystemMap Draw(params MessagingStatus[] told) => SystemMap.Draw(
        null, [.. told.Select(status => (status.Service, new Told<MessagingStatus>(status)))], RatesNow.Unknown);

    private static MessagingStatus Status(
        string service, double? unsent = null, int held = 0, string? owner = "somebody") => new(
        service, "embedded", "sqlite", new OutboxStatus(unsent is null ? 0 : 2, unsent, held),
        new ParkedStatus(0, 0), 0,
        [new SubscriptionStatus("users", "embedded", 0, null, [new PartitionStatus(0, owner, 0, null)], null)]);
}
