using System.Text.RegularExpressions;

namespace Tessera.Cli.Retail;

/// <summary>Tells stock codes from the bookkeeping that stands among them.</summary>
internal static partial class ProductCode
{
    private static readonly Dictionary<string, string> _bookkeeping = new(StringComparer.Ordinal)
    {
        ["POST"] = "postage",
        ["DOT"] = "postage",
        ["C2"] = "carriage",
        ["C3"] = "carriage",
        ["D"] = "a discount",
        ["M"] = "a manual entry",
        ["S"] = "samples",
        ["B"] = "a bad debt",
        ["PADS"] = "packing material",
        ["CRUK"] = "a commission",
        ["AMAZONFEE"] = "a fee",
        ["BANK CHARGES"] = "bank charges",
        ["ADJUST"] = "an adjustment",
        ["ADJUST2"] = "an adjustment",
        ["GIFT"] = "a gift voucher",
    };

    /// <summary>The same product is written in both letter cases and with blanks around it.</summary>
    public static string Clean(string code) => code.Trim().ToUpperInvariant();

    /// <summary>Null when the code is a product's, else what it is instead.</summary>
    public static string? WhyNoProduct(string cleanCode)
    {
        if (_bookkeeping.TryGetValue(cleanCode, out var meaning)) return $"no product but {meaning} ({cleanCode})";
        if (cleanCode.StartsWith("GIFT_", StringComparison.Ordinal)) // GIFT_0001_20 is one of 20 pounds.
            return $"no product but a gift voucher ({RetailRow.Shorten(cleanCode)})";
        return Product().IsMatch(cleanCode) ? null : $"no product code ({RetailRow.Shorten(cleanCode)})";
    }

    // Every code that the catalog takes: each shop has a way of its own to make them.
    [GeneratedRegex(@"\A[A-Z0-9][A-Z0-9._-]{0,31}\z")]
    private static partial Regex Product();
}
