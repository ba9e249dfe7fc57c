using Tessera.Ops.Calling;
using Tessera.Ops.Parts;
using Tessera.Ops.Seeing;
using Tessera.Orders.Contracts;
using Tessera.Stories;

namespace Tessera.Ops.Pages.Overview;

/// <summary>All that the overview shows, asked for at once.</summary>
internal sealed class ReadOverview(Operator me, ReadSystem system, Rates rates)
{
    public async Task<OverviewNow> ReadAsync(CancellationToken stop)
    {
        var health = system.HealthAsync(stop);
        var pace = me.GetAsync<OrderPaceView>("/orders/pace", stop);
        var messaging = await system.MessagingAsync(stop, health);
        var now = rates.Now();
        return new OverviewNow(SystemMap.Draw(await health, messaging, now), now, await pace, messaging);
    }
}

/// <summary>The overview as it was a moment ago.</summary>
public sealed record OverviewNow(
    SystemMap Map, RatesNow Rates, Told<OrderPaceView> Pace,
    IReadOnlyList<(string Service, Told<MessagingStatus> Told)> Messaging)
{
    /// <summary>What makes it another overview than before. How fast each answers a probe differs each time, and how
    /// long something waits each second.</summary>
    public object Mark => new
    {
        Services = Map.Services.Select(service => new
        {
            service.Name, service.State, service.Ready, service.Replicas, service.IsNotStarted, service.Rate,
            service.Errors, Flows = service.Published,
            Unwell = service.Unwell.Select(replica =>
                new { replica.Replica, replica.Status, Why = WithoutNumbers(replica.Why) }),
        }),
        Map.IsBrokerBad, Map.GatewayRate, IsGatewayBad = Map.Gateway is { IsBad: true },
        Flows = Rates.Flows.Select(flow => new { flow.Stream, flow.Reader, At = Amounts.Rate(flow.PerSecond) }),
        Pace,
        Waits = Messaging.Select(each => new { each.Told.Fault, Of = TellChanges.Counts(each.Told.Value) }),
    };

    /// <summary>How many bytes of a full disk are left is another number at each look.</summary>
    private static string? WithoutNumbers(string? why) =>
        why is null ? null : string.Concat(why.Where(letter => !char.IsAsciiDigit(letter)));
}
