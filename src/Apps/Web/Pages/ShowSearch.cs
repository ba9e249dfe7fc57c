using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowSearch
{
    private const int Size = 24;
    private const int TextLengthMax = 200;

    public static async Task<IResult> Handle(
        Visit visit, KeptCatalog catalog, CancellationToken stop,
        string? q = null, string? category = null, string? after = null)
    {
        var opening = visit.OpenAsync(stop);
        q = q?.Trim();
        if (q?.Length > TextLengthMax) q = q[..TextLengthMax];
        var query = QueryString.Create("size", Size.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (!string.IsNullOrEmpty(q)) query = query.Add("search", q);
        if (!string.IsNullOrEmpty(category)) query = query.Add("category", category);
        if (!string.IsNullOrEmpty(after)) query = query.Add("after", after);
        var found = await catalog.SearchAsync(query.ToString(), stop);
        await opening;
        visit.IsOld = found.IsAway;
        if (found.IsUnknown) return Faults.NotFound(); // A page that is none.
        return found.Value is { } page
            ? Page.Show<SearchPage>(parameters: [
                (nameof(SearchPage.Found), page), (nameof(SearchPage.Query), q),
                (nameof(SearchPage.Category), category)])
            : Faults.Away(visit.Context);
    }
}
