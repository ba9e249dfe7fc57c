using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowSearch
{
    private const int Size = 24;
    private const int ElsewhereSize = 8;

    public static async Task<IResult> Handle(
        Visit visit, KeptCatalog catalog, CancellationToken stop, string? q = null, string? category = null,
        string? min = null, string? max = null, string? sort = null, string? after = null)
    {
        var opening = visit.OpenAsync(stop);
        var search = Search.Read(q, category, min, max, sort, after);
        var found = await catalog.SearchAsync(search.Question(Size), stop);
        // Who found nothing is shown where else to look.
        var elsewhere = found.Value is { Items.Count: 0 }
            ? (await catalog.SearchAsync(new Search(Sort: "newest").Question(ElsewhereSize), stop)).Value
            : null;
        await opening;
        visit.IsOld = found.IsAway;
        if (found.IsUnknown) return Faults.NotFound(); // A page that is none.
        return found.Value is { } page
            ? Page.Show<SearchPage>(parameters: [
                (nameof(SearchPage.Found), page), (nameof(SearchPage.Search), search),
                (nameof(SearchPage.Elsewhere), elsewhere)])
            : Faults.Away(visit.Context);
    }

    /// <summary>What fits to the letters typed so far, for the page's script; none while Catalog is away.</summary>
    public static async Task<IResult> Suggest(KeptCatalog catalog, CancellationToken stop, string? q = null)
    {
        var suggestions = Search.Read(q, null, null, null, null, null).Text is { } text
            ? (await catalog.SuggestAsync(text, stop)).Value
            : null;
        return Results.Json(
            suggestions?.Products.Select(product => new Suggestion(product.Name, ProductAddress(product))) ?? []);
    }

    private static string ProductAddress(SuggestionView product) => $"/products/{Uri.EscapeDataString(product.Sku)}";

    private sealed record Suggestion(string Name, string Address);
}
