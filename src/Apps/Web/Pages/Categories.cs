using System.Globalization;
using Tessera.Web.Texts;

namespace Tessera.Web.Pages;

/// <summary>Categories are words of the catalog; those of the samples have names in each language.</summary>
internal static class Categories
{
    public static string Name(Words words, string category) =>
        words.Keys.Contains("category." + category) ? words["category." + category]
        : CultureInfo.InvariantCulture.TextInfo.ToTitleCase(category);
}
