using System.Globalization;
using Tessera.Catalog.Contracts;
using Tessera.Web.Texts;

namespace Tessera.Web.Pages;

/// <summary>Categories are words of the catalog; those of the samples have names in each language.</summary>
internal static class Categories
{
    public static IEnumerable<string> Of(IEnumerable<ProductView> products) =>
        products.Select(product => product.Category).Where(category => category.Length > 0)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    public static string Name(Words words, string category) =>
        words.Keys.Contains("category." + category) ? words["category." + category]
        : CultureInfo.InvariantCulture.TextInfo.ToTitleCase(category);
}
