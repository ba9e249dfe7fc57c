using System.Globalization;
using Tessera.Catalog.Contracts;
using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>How many of the products found lie in each category and price range. Choosing one kind leaves the other
/// kind's counts true and one's own as they would be if one chose again.</summary>
internal sealed class CountFacets(IDatabase database)
{
    /// <summary>Where a price range ends and the next begins.</summary>
    private static readonly long[] bounds = [500, 1_000, 2_000, 5_000, 10_000, 50_000];

    public async Task<(ProductFacets Facets, int Total)> CountAsync(ProductFilter filter, CancellationToken stop)
    {
        if (filter.FindsNothing) return (new ProductFacets([], []), 0);
        var sql = filter.ToSql(WordIndex.IsPostgres(database), isWhole: false);
        var range = string.Concat(bounds.Select((bound, at) => string.Create(
            CultureInfo.InvariantCulture, $" when products.price_minor < {bound} then {at}")));
        var (min, max) = (
            sql.Add(filter.MinPriceMinor ?? 0), sql.Add(filter.MaxPriceMinor ?? long.MaxValue));
        var counts = await database.QueryAsync(
            $"""
            select products.category, case{range} else {bounds.Length} end,
                case when products.price_minor between {min} and {max} then 1 else 0 end, count(*)
            from {sql.From} where {sql.Where} group by 1, 2, 3
            """,
            [.. sql.Parameters],
            row => (Category: row.GetString(0), Range: row.GetInt32(1), Fits: row.GetInt32(2) == 1,
                Count: (int)row.GetInt64(3)), stop);
        var inCategory = counts.Where(
            each => string.IsNullOrEmpty(filter.Category) || each.Category == filter.Category);
        return (
            new ProductFacets(
                [.. counts.Where(each => each.Fits).GroupBy(each => each.Category, StringComparer.Ordinal)
                    .OrderBy(each => each.Key, StringComparer.Ordinal)
                    .Select(each => new CategoryFacet(each.Key, each.Sum(one => one.Count)))],
                [.. inCategory.GroupBy(each => each.Range).OrderBy(each => each.Key)
                    .Select(each => Range(each.Key, each.Sum(one => one.Count)))]),
            inCategory.Where(each => each.Fits).Sum(each => each.Count));
    }

    private static PriceFacet Range(int at, int count) => new(
        at == 0 ? 0 : bounds[at - 1], at == bounds.Length ? null : bounds[at] - 1, count);
}
