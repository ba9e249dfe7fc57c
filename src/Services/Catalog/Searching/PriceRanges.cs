using System.Globalization;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

/// <summary>The price ranges that a search offers: each ends where the next begins.</summary>
internal static class PriceRanges
{
    private static readonly long[] bounds = [500, 1_000, 2_000, 5_000, 10_000, 50_000];

    public static int Count => bounds.Length + 1;

    /// <summary>A column for each range: how many products lie in it. One walk in the order of an index that begins with
    /// the category counts them all, where a group for each range would have to be sorted first.</summary>
    public static string Columns { get; } = string.Join(", ", Enumerable.Range(0, Count).Select(Column));

    public static PriceFacet View(int at, int count) => new(
        at == 0 ? 0 : bounds[at - 1], at == bounds.Length ? null : bounds[at] - 1, count);

    private static string Column(int at)
    {
        const string price = "products.price_minor";
        var (from, to) = (at == 0 ? null : $"{price} >= {Text(at - 1)}", at == bounds.Length ? null : $"{price} < {Text(at)}");
        return $"count(*) filter (where {string.Join(" and ", new[] { from, to }.OfType<string>())})";
    }

    private static string Text(int at) => bounds[at].ToString(CultureInfo.InvariantCulture);
}
