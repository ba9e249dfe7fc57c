using System.Globalization;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>In which order a search tells what it found, and where a page of it goes on.</summary>
internal sealed class ProductOrder
{
    public const string Names = "^(name|price|price-desc|newest|relevance)$";

    private const string Relevance = "relevance";

    private readonly string _name;
    private readonly (string Column, bool IsNumber)[] _keys;
    private readonly bool _down;
    private readonly Func<FoundProduct, object[]> _valuesOf;

    private ProductOrder(
        string name, bool down, (string Column, bool IsNumber)[] keys, Func<FoundProduct, object[]> valuesOf) =>
        (_name, _down, _keys, _valuesOf) = (name, down, keys, valuesOf);

    // The last key makes each order total: pages neither repeat nor skip a product.
    private static readonly ProductOrder[] all =
    [
        new("name", false, [("name", false), ("sku", false)], found => [found.Product.Name, found.Product.Sku]),
        new("price", false, [("price_minor", true), ("number", true)],
            found => [found.Product.PriceMinor, found.Number]),
        new("price-desc", true, [("price_minor", true), ("number", true)],
            found => [found.Product.PriceMinor, found.Number]),
        new("newest", true, [("number", true)], found => [found.Number]),
        // Kept as one number that falls, so that what fits best and came first stands first.
        new(Relevance, true, [("score", true), ("-number", true)], found => [found.Score, -found.Number]),
    ];

    public bool IsRelevance => _name == Relevance;

    /// <summary>Nothing is more to the point than anything else where nothing was asked for.</summary>
    public static ProductOrder Of(string? name, bool hasWords) =>
        Array.Find(all, order => order._name == name && (hasWords || !order.IsRelevance)) ?? all[0];

    public string ToSql(string table) =>
        string.Join(", ", _keys.Select(key => Qualified(key.Column, table) + (_down ? " desc" : "")));

    /// <summary>The condition for what comes after a row whose keys are these expressions.</summary>
    public string After(string table, params string[] values) =>
        $"({string.Join(", ", _keys.Select(key => Qualified(key.Column, table)))}) {(_down ? "<" : ">")} " +
        $"({string.Join(", ", values)})";

    public string CursorOf(FoundProduct last) => Cursor.Of(
        [_name, .. _valuesOf(last).Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)]);

    /// <exception cref="Microsoft.AspNetCore.Http.BadHttpRequestException">The cursor is of another list.</exception>
    public object[] Values(Cursor cursor)
    {
        var parts = cursor.Parts(_keys.Length + 1);
        if (parts[0] != _name) throw Cursor.Foreign();
        var values = new object[_keys.Length];
        for (var at = 0; at < values.Length; at++)
        {
            if (!_keys[at].IsNumber) values[at] = parts[at + 1];
            else if (long.TryParse(parts[at + 1], CultureInfo.InvariantCulture, out var number)) values[at] = number;
            else throw Cursor.Foreign();
        }
        return values;
    }

    private static string Qualified(string column, string table) =>
        column[0] == '-' ? $"-{table}.{column[1..]}" : $"{table}.{column}";
}

/// <param name="Number">In the order in which products came.</param>
/// <param name="Score">How well it fits what was asked; 0 where nothing was.</param>
internal sealed record FoundProduct(Product Product, long Number, long Score);
