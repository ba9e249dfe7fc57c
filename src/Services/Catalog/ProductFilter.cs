using Tessera.TextDefaults;

namespace Tessera.Catalog;

/// <summary>Which products a search wants. Every word of the text must occur in the name or the SKU.</summary>
internal sealed record ProductFilter(string? Text, string? Category, long? MinPriceMinor, long? MaxPriceMinor)
{
    private const int WordsMax = 8;

    public (string Where, object?[] Parameters) ToSql()
    {
        var conditions = new List<string> { "not withdrawn" };
        var parameters = new List<object?>();
        foreach (var word in Words()) Add("search_text like {0} escape '!'", "%" + Escape(word) + "%");
        if (!string.IsNullOrEmpty(Category)) Add("category = {0}", Category);
        if (MinPriceMinor is { } min) Add("price_minor >= {0}", min);
        if (MaxPriceMinor is { } max) Add("price_minor <= {0}", max);
        return (string.Join(" and ", conditions), [.. parameters]);

        void Add(string condition, object value)
        {
            parameters.Add(value);
            conditions.Add(condition.Replace("{0}", $"${parameters.Count}", StringComparison.Ordinal));
        }
    }

    private IEnumerable<string> Words() =>
        SearchedText.Of(Text ?? "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(WordsMax);

    private static string Escape(string word) => word
        .Replace("!", "!!", StringComparison.Ordinal)
        .Replace("%", "!%", StringComparison.Ordinal)
        .Replace("_", "!_", StringComparison.Ordinal);
}
