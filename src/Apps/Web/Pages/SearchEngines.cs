using System.Security;
using System.Text;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class SearchEngines
{
    private const int PagesMax = 100;

    public static IResult Robots(Visit visit) => Results.Text(
        $"""
        User-agent: *
        Disallow: /basket
        Disallow: /checkout
        Disallow: /orders
        Disallow: /sign-in
        Sitemap: {new Uri(visit.Store, "sitemap.xml")}

        """);

    /// <summary>The first 10,000 products.</summary>
    public static async Task<IResult> SitemapAsync(Visit visit, KeptCatalog catalog, CancellationToken stop)
    {
        var map = new StringBuilder(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" +
            "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
        Add("");
        string? after = null;
        for (var page = 0; page < PagesMax; page++)
        {
            var query = "?size=100" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}");
            if ((await catalog.SearchAsync(query, stop)).Value is not { } found) return Faults.Away(visit.Context);
            foreach (var product in found.Items) Add($"products/{Uri.EscapeDataString(product.Sku)}");
            after = found.Next;
            if (after is null) break;
        }
        return Results.Text(map.Append("</urlset>\n").ToString(), "application/xml", Encoding.UTF8);

        void Add(string path) => map.Append("  <url><loc>")
            .Append(SecurityElement.Escape(new Uri(visit.Store, path).AbsoluteUri)).Append("</loc></url>\n");
    }
}
