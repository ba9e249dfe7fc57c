using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>How many of a category's products were found.</summary>
/// <param name="Category">Such as <c>general</c>.</param>
/// <param name="Fits">How many lie within the prices asked for.</param>
/// <param name="Ranges">How many lie in each of the <see cref="PriceRanges"/>, whatever prices were asked for.</param>
internal sealed record CategoryCount(string Category, int Fits, IReadOnlyList<int> Ranges)
{
    /// <param name="fits">The condition of <see cref="Fits"/>.</param>
    /// <param name="from">The tables; null for all products.</param>
    /// <param name="where">Which products.</param>
    /// <param name="isPostgres">Or SQLite.</param>
    public static string Sql(string fits, string? from, string where, bool isPostgres) =>
        $"select products.category, count(*) filter (where {fits}), {PriceRanges.Columns} " +
        $"from {from ?? All(isPostgres)} where {where} group by products.category";

    public static CategoryCount Read(StoreReader row) => new(
        row.GetString(0), (int)row.GetInt64(1),
        [.. Enumerable.Range(2, PriceRanges.Count).Select(column => (int)row.GetInt64(column))]);

    /// <summary>SQLite would take any index that begins with the category, and look at each row for its price.</summary>
    private static string All(bool isPostgres) =>
        isPostgres ? "products" : "products indexed by products_by_category_and_price";
}
