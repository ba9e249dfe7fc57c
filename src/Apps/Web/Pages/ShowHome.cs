using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowHome
{
    public static async Task<IResult> Handle(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        var opening = visit.OpenAsync(stop);
        var products = await catalog.SearchAsync(new Search(Sort: "newest").Question(12), stop);
        await opening;
        visit.IsOld = products.IsAway;
        return products.Value is { } page
            ? Page.Show<HomePage>(parameters: (nameof(HomePage.Found), page))
            : Faults.Away(visit.Context);
    }
}
