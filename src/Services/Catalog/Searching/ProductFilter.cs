using System.Globalization;

namespace Tessera.Catalog;

/// <summary>Which products a search wants: those on sale that have every word of the text, at least as its beginning,
/// and lie within category and price.</summary>
internal sealed class ProductFilter(string? text, string? category, long? minPriceMinor, long? maxPriceMinor)
{
    // A name is worth more than a code, a code than a category, a category than a description.
    // Of a word that more than half of the products have, FTS5 makes the weight 0.000001: what tells them apart then
    // stands six places further down.
    private const string Fts5Score =
        "cast(round(-1000000000000 * bm25(product_words, 10.0, 5.0, 3.0, 1.0)) as integer)";
    private const string TsScore =
        "(1000000 * ts_rank('{0.1, 0.3, 0.5, 1.0}', products.words, $1::tsquery, 1))::bigint";

    public string? Category => category;

    public long? MinPriceMinor => minPriceMinor;

    public long? MaxPriceMinor => maxPriceMinor;

    public List<string> Words { get; } = SearchedWords.Asked(text);

    public bool HasWords => Words.Count > 0;

    /// <summary>Whether it wants a whole category, or everything.</summary>
    public bool IsCategoryAlone => !HasWords && !FindsNothing && MinPriceMinor is null && MaxPriceMinor is null;

    public bool IsInCategory(string one) => string.IsNullOrEmpty(Category) || one == Category;

    /// <summary>A text without a word in it, such as a percent sign: nothing has it.</summary>
    public bool FindsNothing { get; } = !string.IsNullOrWhiteSpace(text) && SearchedWords.Asked(text).Count == 0;

    /// <param name="isPostgres">Or SQLite.</param>
    /// <param name="isWhole">Whether category and price count; the facets leave them out.</param>
    /// <param name="isScored">Whether how well a product fits is wanted: to tell it costs as much again as to find it.
    /// </param>
    public FilterSql ToSql(bool isPostgres, bool isWhole = true, bool isScored = false)
    {
        var parameters = new List<object?>();
        var conditions = new List<string>();
        if (HasWords)
        {
            parameters.Add(isPostgres ? SearchedWords.ToTsQuery(Words) : SearchedWords.ToFts5(Words));
            conditions.Add(isPostgres ? "products.words @@ $1::tsquery" : "product_words match $1");
        }
        conditions.Add("not products.withdrawn");
        if (isWhole)
        {
            if (!string.IsNullOrEmpty(Category)) Add("products.category = {0}", Category);
            if (MinPriceMinor is { } min) Add("products.price_minor >= {0}", min);
            if (MaxPriceMinor is { } max) Add("products.price_minor <= {0}", max);
        }
        return new FilterSql(
            // A cross join keeps SQLite from walking the products and asking of each whether it has the words.
            HasWords && !isPostgres
                ? "product_words cross join products on products.number = product_words.rowid"
                : "products",
            string.Join(" and ", conditions),
            !HasWords || !isScored ? "0" : isPostgres ? TsScore : Fts5Score, parameters);

        void Add(string condition, object value)
        {
            parameters.Add(value);
            conditions.Add(string.Format(CultureInfo.InvariantCulture, condition, $"${parameters.Count}"));
        }
    }
}

internal sealed record FilterSql(string From, string Where, string Score, List<object?> Parameters)
{
    /// <summary>Adds a value and gives its name in the statement.</summary>
    public string Add(object? value)
    {
        Parameters.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${Parameters.Count}");
    }
}
