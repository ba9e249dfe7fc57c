using Tessera.Ops.Calling;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Overview;

/// <summary>All services at a glance.</summary>
internal static class ShowOverview
{
    public static async Task<IResult> Handle(ReadSystem system, CancellationToken stop)
    {
        var health = system.HealthAsync(stop);
        var messaging = await system.MessagingAsync(stop);
        return Page.Show<OverviewPage>(
            StatusCodes.Status200OK,
            (nameof(OverviewPage.Map), SystemMap.Draw(await health, messaging)));
    }
}
