using System.Text.RegularExpressions;
using Tessera.TextDefaults;

namespace Tessera.Inventory;

/// <summary>Product codes, as the shapes of requests allow them.</summary>
internal static partial class Skus
{
    public static bool IsValid(string sku) => Form().IsMatch(sku);

    /// <summary>For messages: what a client sent may be long.</summary>
    public static string Shorten(string sku) => sku.Length <= 40 ? sku : CutText.To(40, sku) + "…";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex Form();
}
