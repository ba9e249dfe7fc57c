using Tessera.Catalog.Contracts;
using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>How many of the products found lie in each category and price range. Choosing one kind leaves the other
/// kind's counts true and one's own as they would be if one chose again.</summary>
internal sealed class CountFacets(IDatabase database, OnSaleCounts onSale)
{
    public async Task<(ProductFacets Facets, int Total)> CountAsync(ProductFilter filter, CancellationToken stop)
    {
        if (filter.FindsNothing) return (new ProductFacets([], []), 0);
        var counts = filter.IsCategoryAlone ? await onSale.ReadAsync(stop) : await CountFoundAsync(filter, stop);
        var inCategory = counts.Where(each => filter.Category is null or "" || each.Category == filter.Category).ToList();
        return (
            new ProductFacets(
                [.. counts.Where(each => each.Fits > 0).OrderBy(each => each.Category, StringComparer.Ordinal)
                    .Select(each => new CategoryFacet(each.Category, each.Fits))],
                [.. Enumerable.Range(0, PriceRanges.Count)
                    .Select(range => (Range: range, Count: inCategory.Sum(each => each.Ranges[range])))
                    .Where(each => each.Count > 0).Select(each => PriceRanges.View(each.Range, each.Count))]),
            inCategory.Sum(each => each.Fits));
    }

    private async Task<IReadOnlyList<CategoryCount>> CountFoundAsync(ProductFilter filter, CancellationToken stop)
    {
        var isPostgres = WordIndex.IsPostgres(database);
        var sql = filter.ToSql(isPostgres, isWhole: false);
        var (min, max) = (
            sql.Add(filter.MinPriceMinor ?? 0), sql.Add(filter.MaxPriceMinor ?? long.MaxValue));
        return await database.QueryAsync(
            CategoryCount.Sql(
                $"products.price_minor between {min} and {max}", filter.HasWords ? sql.From : null, sql.Where, isPostgres),
            [.. sql.Parameters], CategoryCount.Read, stop);
    }
}
