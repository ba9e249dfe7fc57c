using System.Globalization;
using Tessera.TextDefaults;

namespace Tessera.Web.Pages;

/// <summary>What a visitor looks for. All of it stands in the page's address, so it can be kept, sent and gone back
/// to.</summary>
public sealed record Search(
    string? Text = null, string? Category = null, long? Min = null, long? Max = null, string? Sort = null,
    string? After = null)
{
    private const int TextLengthMax = 200;
    private const int CategoryLengthMax = 60;
    private static readonly string[] sorts = ["relevance", "name", "price", "price-desc", "newest"];

    /// <summary>The orders that make sense for it; the first unless another is chosen.</summary>
    public IEnumerable<string> Sorts => Text is null ? sorts.Skip(1) : sorts;

    public string ChosenSort => Sort ?? Sorts.First();

    public bool IsNarrowed => Category is not null || HasPrice;

    public bool HasPrice => Min is not null || Max is not null;

    /// <summary>What an address says, as far as it makes sense: somebody may have typed it.</summary>
    public static Search Read(string? q, string? category, string? min, string? max, string? sort, string? after)
    {
        var search = new Search(
            Short(q, TextLengthMax), Short(category, CategoryLengthMax), Number(min), Number(max), null,
            string.IsNullOrEmpty(after) ? null : after);
        return search with { Sort = search.Sorts.Skip(1).Contains(sort) ? sort : null };
    }

    public Search From(string? after) => this with { After = after };

    /// <summary>The address of its page.</summary>
    public string Address => "/search" + Query("q", ("sort", Sort), ("min", Digits(Min)), ("max", Digits(Max)));

    /// <summary>What Catalog is asked.</summary>
    public string Question(int size) => Query(
        "search", ("sort", ChosenSort), ("minPriceMinor", Digits(Min)), ("maxPriceMinor", Digits(Max)),
        ("size", size.ToString(CultureInfo.InvariantCulture)), ("facets", "true")).ToString();

    private QueryString Query(string text, params ReadOnlySpan<(string Name, string? Value)> others)
    {
        var query = QueryString.Empty;
        if (Text is not null) query = query.Add(text, Text);
        if (Category is not null) query = query.Add("category", Category);
        foreach (var (name, value) in others)
        {
            if (value is not null) query = query.Add(name, value);
        }
        return After is null ? query : query.Add("after", After);
    }

    private static string? Short(string? text, int lengthMax)
    {
        text = text?.Trim();
        if (string.IsNullOrEmpty(text)) return null;
        return CutText.To(lengthMax, text);
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Digits(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
