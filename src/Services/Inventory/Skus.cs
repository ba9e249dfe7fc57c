using System.Text.RegularExpressions;

namespace Tessera.Inventory;

/// <summary>Product codes, as the shapes of requests allow them.</summary>
internal static partial class Skus
{
    public static bool IsValid(string sku) => Form().IsMatch(sku);

    /// <summary>For messages: what a client sent may be long.</summary>
    public static string Shorten(string sku) => sku.Length <= 40 ? sku : sku[..40] + "…";

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}\z")]
    private static partial Regex Form();
}
