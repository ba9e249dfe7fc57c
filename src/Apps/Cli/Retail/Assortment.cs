using System.Security.Cryptography;
using System.Text;

namespace Tessera.Cli.Retail;

/// <param name="Stock">What the shop receives of it.</param>
/// <param name="IsShort">It receives less than the data sells, so that some orders are refused.</param>
internal sealed record StockedProduct(string Sku, string Name, long PriceMinor, long Stock, bool IsShort);

/// <summary>The products of a file: one name and one price each, chosen alike on every run.</summary>
internal static class Assortment
{
    /// <summary>One product in so many runs short.</summary>
    public const int ShortOneIn = 25;

    private const int NameLengthMax = 200;

    public static IReadOnlyList<StockedProduct> Of(IEnumerable<RetailLine> lines)
    {
        var products = lines.Where(line => !line.IsCancellation)
            .GroupBy(line => line.Sku).OrderBy(group => group.Key, StringComparer.Ordinal);
        return [.. products.Select(group => new StockedProduct(
            group.Key, NameOf(group.Key, group), MedianPrice(group),
            group.GroupBy(line => line.Invoice)
                .Sum(sold => Received(group.Key, sold.Sum(line => (long)line.Quantity))),
            IsShort(group.Key)))];
    }

    /// <summary>What comes in of a product for an invoice that sells so much of it: all, or half where it runs short.
    /// Nothing else in the file has a say, so that the same invoice in another file brings the same.</summary>
    public static long Received(string sku, long sold) => IsShort(sku) ? (sold + 1) / 2 : sold;

    private static bool IsShort(string sku) => SHA256.HashData(Encoding.UTF8.GetBytes(sku))[0] % ShortOneIn == 0;

    /// <summary>The most frequent description; the alphabet decides between equals.</summary>
    private static string NameOf(string sku, IEnumerable<RetailLine> lines)
    {
        var name = lines.Where(line => line.Description.Length > 0)
            .GroupBy(line => line.Description, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(group => group.Count())
            .ThenBy(group => group.Key, StringComparer.OrdinalIgnoreCase)
            .Select(group => group.Select(line => line.Description).Order(StringComparer.Ordinal).First())
            .FirstOrDefault() ?? $"Product {sku}";
        return name.Length <= NameLengthMax ? name : name[..RetailRow.WholeLetters(name, NameLengthMax)];
    }

    /// <summary>Prices vary by quantity and by typing error; the middle one is a price that was really asked.</summary>
    private static long MedianPrice(IEnumerable<RetailLine> lines)
    {
        var prices = lines.Select(line => line.PriceMinor).Order().ToList();
        return prices[(prices.Count - 1) / 2];
    }
}
