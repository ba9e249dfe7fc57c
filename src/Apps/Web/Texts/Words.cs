using System.Globalization;
using System.Text.Json;
using Tessera.TextDefaults;

namespace Tessera.Web.Texts;

/// <summary>The texts of one language, from <c>Texts/LANGUAGE.json</c>, and how its readers write money and dates.
/// </summary>
internal sealed class Words
{
    private static readonly (string Language, string Name, string Culture)[] known =
        [("en", "English", "en-GB"), ("de", "Deutsch", "de-DE"), ("fr", "Français", "fr-FR"), ("ja", "日本語", "ja-JP")];

    // The others are written with their three letters, which nobody takes for another one's.
    private static readonly Dictionary<string, string> symbols = new(StringComparer.Ordinal)
    {
        ["GBP"] = "£", ["EUR"] = "€", ["USD"] = "$", ["JPY"] = "¥",
    };

    private readonly Dictionary<string, string> _texts;
    private readonly Dictionary<string, NumberFormatInfo> _currencies = new(StringComparer.Ordinal);

    private Words(string language, string name, string culture)
    {
        (Language, Name, Culture) = (language, name, CultureInfo.GetCultureInfo(culture));
        using var file = typeof(Words).Assembly.GetManifestResourceStream($"Texts/{language}.json")!;
        _texts = JsonSerializer.Deserialize<Dictionary<string, string>>(file)!;
        foreach (var code in Currencies.All) _currencies[code] = FormatOf(code);
    }

    public static IReadOnlyList<Words> All { get; } =
        [.. known.Select(each => new Words(each.Language, each.Name, each.Culture))];

    public static Words Default => All[0];

    public string Language { get; }

    /// <summary>Of the language, in itself.</summary>
    public string Name { get; }

    public CultureInfo Culture { get; }

    public IReadOnlyCollection<string> Keys => _texts.Keys;

    public static Words? Find(string? language) =>
        All.FirstOrDefault(words => words.Language.Equals(language, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="KeyNotFoundException">There is no such text.</exception>
    public string this[string key] => _texts[key];

    public string Format(string key, params ReadOnlySpan<object?> values) =>
        string.Format(Culture, _texts[key], values);

    /// <summary>Texts that differ for one and for many stand under <c>KEY.one</c> and <c>KEY.many</c>. None are many,
    /// except in French.</summary>
    public string Count(string key, long count) =>
        Format(count == 1 || (count == 0 && Language == "fr") ? key + ".one" : key + ".many", count);

    public string Money(long minor, string currency)
    {
        if (!_currencies.TryGetValue(currency, out var format)) format = FormatOf(currency);
        return Currencies.AmountOf(minor, currency).ToString("C", format);
    }

    /// <summary>Of a delivery option; one that configuration has added is called by its name.</summary>
    public string DeliveryName(string option) =>
        _texts.GetValueOrDefault("delivery." + option)
        ?? string.Concat(option[..1].ToUpperInvariant(), option[1..].Replace('-', ' '));

    public string Day(DateTimeOffset at) => at.ToString(
        Language switch { "ja" => "yyyy年M月d日", "de" => "d. MMMM yyyy", _ => "d MMMM yyyy" }, Culture);

    public string Time(DateTimeOffset at) => at.ToString("t", Culture) + " UTC";

    private NumberFormatInfo FormatOf(string code)
    {
        var format = (NumberFormatInfo)Culture.NumberFormat.Clone();
        format.CurrencyDecimalDigits = Currencies.DigitsOf(code);
        if (symbols.TryGetValue(code, out var symbol))
        {
            format.CurrencySymbol = symbol;
            return format;
        }
        format.CurrencySymbol = code;
        // Letters need the space that a sign does not: "CHF 12.00".
        if (format.CurrencyPositivePattern < 2) format.CurrencyPositivePattern += 2;
        return format;
    }
}
