namespace Tessera.Cli.Retail;

/// <param name="Stock">What the shop receives of it.</param>
/// <param name="IsShort">It receives less than the data sells, so that some orders are refused.</param>
internal sealed record StockedProduct(string Sku, string Name, long PriceMinor, int Stock, bool IsShort);

/// <summary>The products of a file: one name and one price each, chosen alike on every run.</summary>
internal static class Assortment
{
    /// <summary>One product in so many runs short.</summary>
    public const int ShortOneIn = 25;

    private const int NameLengthMax = 200;
    private const int StockMax = 1_000_000;

    public static IReadOnlyList<StockedProduct> Of(IEnumerable<RetailLine> lines)
    {
        var products = lines.Where(line => !line.IsCancellation)
            .GroupBy(line => line.Sku).OrderBy(group => group.Key, StringComparer.Ordinal);
        return [.. products.Select((group, at) =>
        {
            var sold = group.Sum(line => (long)line.Quantity);
            var isShort = at % ShortOneIn == ShortOneIn - 1;
            var stock = Math.Clamp(isShort ? sold / 2 : sold, 1, StockMax);
            return new StockedProduct(group.Key, NameOf(group.Key, group), MedianPrice(group), (int)stock, isShort);
        })];
    }

    /// <summary>The most frequent description; the alphabet decides between equals.</summary>
    private static string NameOf(string sku, IEnumerable<RetailLine> lines)
    {
        var name = lines.Where(line => line.Description.Length > 0)
            .GroupBy(line => line.Description, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.OrdinalIgnoreCase)
            .Select(group => group.Select(line => line.Description).Order(StringComparer.Ordinal).First())
            .FirstOrDefault() ?? $"Product {sku}";
        return name.Length <= NameLengthMax ? name : name[..NameLengthMax];
    }

    /// <summary>Prices vary by quantity and by typing error; the middle one is a price that was really asked.</summary>
    private static long MedianPrice(IEnumerable<RetailLine> lines)
    {
        var prices = lines.Select(line => line.PriceMinor).Order().ToList();
        return prices[(prices.Count - 1) / 2];
    }
}
