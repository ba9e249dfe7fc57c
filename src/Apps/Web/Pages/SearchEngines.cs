using System.Security;
using System.Text;
using Tessera.Catalog.Contracts;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class SearchEngines
{
    public static IResult Robots(Visit visit) => Results.Text(
        $"""
        User-agent: *
        Disallow: /basket
        Disallow: /checkout
        Disallow: /orders
        Disallow: /sign-in
        Disallow: /search/suggestions
        Sitemap: {new Uri(visit.Store, "sitemap.xml")}

        """);

    /// <summary>A map for each category, or several where there is too much in it for one, and one for the other pages.
    /// </summary>
    public static async Task<IResult> SitemapAsync(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        if (await CategoriesAsync(catalog, stop) is not { } categories) return Faults.Away(visit.Context);
        var maps = categories.SelectMany(category => Enumerable.Range(1, CategoryParts.CountOf(category)).Select(part =>
            $"sitemap-products.xml?category={Uri.EscapeDataString(category.Category)}"
            + (part > 1 ? $"&part={part}" : "")));
        return Map("sitemapindex", "sitemap", visit, maps.Prepend("sitemap-pages.xml"));
    }

    public static async Task<IResult> PagesAsync(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        if (await CategoriesAsync(catalog, stop) is not { } categories) return Faults.Away(visit.Context);
        var lists = categories.Select(each => new Search(Category: each.Category).Address.TrimStart('/'));
        return Map("urlset", "url", visit, ["", "help", .. lists]);
    }

    public static async Task<IResult> ProductsAsync(
        Visit visit, CategoryParts parts, CancellationToken stop, string? category = null, int part = 1)
    {
        if (part < 1) return Faults.NotFound();
        var found = await parts.SkusAsync(category ?? "", part, stop);
        if (found.Value is not { } skus) return found.IsAway ? Faults.Away(visit.Context) : Faults.NotFound();
        return Map("urlset", "url", visit, skus.Select(sku => $"products/{Uri.EscapeDataString(sku)}"));
    }

    private static async Task<IReadOnlyList<CategoryFacet>?> CategoriesAsync(
        KeptCatalog catalog, CancellationToken stop) =>
        (await catalog.SearchAsync("?size=1&facets=true", stop)).Value?.Facets?.Categories;

    private static IResult Map(string kind, string each, Visit visit, IEnumerable<string> paths)
    {
        var map = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
            .Append('<').Append(kind).Append(" xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
        foreach (var path in paths)
        {
            map.Append("  <").Append(each).Append("><loc>")
                .Append(SecurityElement.Escape(new Uri(visit.Store, path).AbsoluteUri))
                .Append("</loc></").Append(each).Append(">\n");
        }
        return Results.Text(map.Append("</").Append(kind).Append(">\n").ToString(), "application/xml", Encoding.UTF8);
    }
}
