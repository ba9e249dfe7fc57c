using System.Collections.Concurrent;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>All products of a category, in parts that are small enough for one map of search engines.</summary>
internal sealed class CategoryParts(StoreClient store)
{
    public const int ProductsMax = 50_000; // Of one map: sitemaps.org.

    /// <summary>Where the parts behind the first begin, as it was seen last, so that nobody walks through all before it
    /// again. There are as many as Catalog has products for.</summary>
    private readonly ConcurrentDictionary<(string Category, int Part), string> _begins = new();

    public static int CountOf(CategoryFacet category) => Math.Max(1, (category.Products - 1) / ProductsMax + 1);

    /// <param name="part">From 1.</param>
    public async Task<Known<IReadOnlyList<string>>> SkusAsync(string category, int part, CancellationToken stop)
    {
        var at = _begins.Keys.Where(each => each.Category == category && each.Part <= part)
            .Select(each => each.Part).DefaultIfEmpty(1).Max();
        var after = _begins.GetValueOrDefault((category, at));
        while (true)
        {
            var skus = new List<string>();
            do
            {
                var query = QueryString.Create("size", "100").Add("category", category);
                if (after is not null) query = query.Add("after", after);
                // Not by way of what is kept: so many lists would drive out everything else.
                var found = await store.SendAsync<ProductPage>(HttpMethod.Get, "/products" + query, null, stop);
                if (found.Value is not { } page) return new(null, found.IsAway, !found.IsAway);
                skus.AddRange(page.Items.Select(product => product.Sku));
                after = page.Next;
            }
            while (after is not null && skus.Count < ProductsMax);
            if (after is null) _begins.TryRemove((category, at + 1), out _);
            else _begins[(category, at + 1)] = after;
            if (at == part) return new(skus, false, false);
            if (after is null) return new(null, false, true);
            at++;
        }
    }
}
