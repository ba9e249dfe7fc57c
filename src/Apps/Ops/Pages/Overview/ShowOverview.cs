using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Overview;

/// <summary>All services at a glance.</summary>
internal static class ShowOverview
{
    public static async Task<IResult> Handle(ReadOverview overview, CancellationToken stop) =>
        Page.Show<OverviewPage>(
            StatusCodes.Status200OK, (nameof(OverviewPage.Now), await overview.ReadAsync(stop)));
}
