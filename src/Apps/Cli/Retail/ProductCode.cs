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
        ["D"] = "a discount",
        ["M"] = "a manual entry",
        ["S"] = "samples",
        ["B"] = "a bad debt",
        ["PADS"] = "packing material",
        ["CRUK"] = "a commission",
        ["AMAZONFEE"] = "a fee",
        ["BANK CHARGES"] = "bank charges",
    };

    /// <summary>The same product is written in both letter cases and with blanks around it.</summary>
    public static string Clean(string code) => code.Trim().ToUpperInvariant();

    /// <summary>Null when the code is a product's, else what it is instead.</summary>
    public static string? WhyNoProduct(string cleanCode)
    {
        if (_bookkeeping.TryGetValue(cleanCode, out var meaning)) return $"no product but {meaning} ({cleanCode})";
        return Product().IsMatch(cleanCode) ? null : $"no product code ({cleanCode})";
    }

    // Five digits with a letter or two for a variant, or the codes of the shop's own line.
    [GeneratedRegex(@"^([0-9]{5}[A-Z]{0,3}|DCGS[A-Z0-9]{1,12})\z")]
    private static partial Regex Product();
}
