using System.Security;
using System.Text;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class SearchEngines
{
    private const int ProductsMax = 50_000;

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

    /// <summary>One map for each category and one for the other pages, since a map may name 50,000 pages at most.
    /// </summary>
    public static async Task<IResult> SitemapAsync(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        if (await CategoriesAsync(catalog, stop) is not { } categories) return Faults.Away(visit.Context);
        var maps = categories.Select(category => $"sitemap-products.xml?category={Uri.EscapeDataString(category)}");
        return Map("sitemapindex", "sitemap", visit, maps.Prepend("sitemap-pages.xml"));
    }

    public static async Task<IResult> PagesAsync(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        if (await CategoriesAsync(catalog, stop) is not { } categories) return Faults.Away(visit.Context);
        var lists = categories.Select(category => new Search(Category: category).Address.TrimStart('/'));
        return Map("urlset", "url", visit, ["", "help", .. lists]);
    }

    public static async Task<IResult> ProductsAsync(
        Visit visit, StoreClient store, CancellationToken stop, string? category = null)
    {
        var pages = new List<string>();
        string? after = null;
        do
        {
            var query = QueryString.Create("size", "100").Add("category", category ?? "");
            if (after is not null) query = query.Add("after", after);
            // Not by way of what is kept: so many lists would drive out everything else.
            var found = await store.SendAsync<ProductPage>(HttpMethod.Get, "/products" + query, null, stop);
            if (found.Value is not { } page) return found.IsAway ? Faults.Away(visit.Context) : Faults.NotFound();
            pages.AddRange(page.Items.Select(product => $"products/{Uri.EscapeDataString(product.Sku)}"));
            after = page.Next;
        }
        while (after is not null && pages.Count < ProductsMax);
        return Map("urlset", "url", visit, pages);
    }

    private static async Task<IEnumerable<string>?> CategoriesAsync(KeptCatalog catalog, CancellationToken stop) =>
        (await catalog.SearchAsync("?size=1&facets=true", stop)).Value?.Facets?.Categories
            .Select(facet => facet.Category);

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
