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
    public void A_service_that_does_not_work_off_its_timers_is_named_once_one_is_late()
    {
        Assert.Empty(OfTimers(null));
        Assert.Empty(OfTimers(4));
        Assert.Equal(["a timer is overdue for 2 min"], OfTimers(130));

        static IEnumerable<string> OfTimers(double? overdue) =>
            Draw(Status("orders") with { Timers = 1, TimersOverdueSeconds = overdue }).Troubles
                .Where(trouble => trouble.Trouble.Contains("timer", StringComparison.Ordinal))
                .Select(trouble => trouble.Trouble);
    }

    [Fact]
    public void A_gateway_that_fails_is_named_in_the_list_as_it_is_red_on_the_map()
    {
        var bad = DrawGateway(failed: 37);
        Assert.Equal(("gateway", "37 of 120 requests failed in the last minute"), bad.Troubles.Last());
        Assert.NotEqual("gateway", bad.Troubles.First().Service); // A service's trouble is mostly what it fails by.
        Assert.True(bad.Gateway!.IsBad);
        Assert.DoesNotContain(DrawGateway(failed: 2).Troubles, trouble => trouble.Service == "gateway");
        Assert.Null(Draw().Gateway);
    }

    [Fact]
    public void A_service_says_what_it_is_when_it_is_not_ready()
    {
        Assert.Equal("away", StateOf());
        Assert.Equal("away", StateOf("Unreachable"));
        Assert.Equal("degraded", StateOf("Unreachable", "Degraded"));
        Assert.Equal("1 of 2 ready", StateOf("Degraded", "Healthy"));
    }

    [Fact]
    public void A_service_in_another_language_is_drawn_where_it_is_and_missed_once_it_was_there()
    {
        Assert.Null(ForeignOf()); // The store has no place for it.
        var absent = ForeignOf(("Unreachable", false));
        Assert.Equal((true, false, "not started"), (absent!.IsNotStarted, absent.IsBad, absent.State));
        var stopped = ForeignOf(("Unreachable", true));
        Assert.Equal((false, true, "away"), (stopped!.IsNotStarted, stopped.IsBad, stopped.State));
        var second = ForeignOf(("Healthy", true), ("Unreachable", false));
        Assert.Equal((false, "1 of 2 ready"), (second!.IsNotStarted, second.State));
        var well = ForeignOf(("Healthy", true));
        Assert.Equal((false, false, "1 of 1 ready"), (well!.IsNotStarted, well.IsBad, well.State));
    }

    [Fact]
    public void A_service_in_another_language_that_counts_no_requests_is_not_said_to_have_none()
    {
        var none = new ServiceRates(0, 0, 0, null, 0);
        var rates = new RatesNow(TimeSpan.FromMinutes(1), new Dictionary<string, ServiceRates>
        {
            ["orders"] = none, ["notifications"] = none, ["users"] = none with { PerSecond = 1, Answered = 60 },
        }, []);
        Assert.Equal((none, null, 60), (rates.Of("orders"), rates.Of("notifications"), rates.Of("users")?.Answered));
        var counts = new Dictionary<string, ServiceRates> { ["notifications"] = none with { Answered = 1 } };
        Assert.NotNull((rates with { Services = counts }).Of("notifications"));
    }

    private static SystemMap DrawGateway(int failed) => SystemMap.Draw(
        null, [], new RatesNow(TimeSpan.FromMinutes(1), new Dictionary<string, ServiceRates>
        {
            ["gateway"] = new(2, failed, 120, null, 0),
        }, []));

    private static MapService? ForeignOf(params (string Status, bool HasAnswered)[] replicas)
    {
        const string name = "notifications";
        var health = new SystemHealth("x", [.. replicas.Select(each =>
            new ReplicaHealth(name, name + "-1", each.Status, 1, null, null, false, each.HasAnswered))]);
        return SystemMap.Draw(health, [], RatesNow.Unknown).Services.SingleOrDefault(service => service.Name == name);
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
