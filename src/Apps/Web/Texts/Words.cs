using System.Globalization;
using Tessera.ServiceDefaults;
using Tessera.TextDefaults;

namespace Tessera.Web.Texts;

/// <summary>The texts of one language, and how its readers write money and dates.</summary>
internal sealed class Words : LanguageTexts
{
    // The others are written with their three letters, which nobody takes for another one's.
    private static readonly Dictionary<string, string> symbols = new(StringComparer.Ordinal)
    {
        ["GBP"] = "£", ["EUR"] = "€", ["USD"] = "$", ["JPY"] = "¥",
    };

    private readonly Dictionary<string, NumberFormatInfo> _currencies = new(StringComparer.Ordinal);

    private Words(ReaderLanguage language, CultureInfo culture)
        : base(language, culture)
    {
        Culture = culture;
        foreach (var code in Currencies.All) _currencies[code] = FormatOf(code);
    }

    public static IReadOnlyList<Words> All { get; } =
        [.. ReaderLanguage.All.Select(each => new Words(each, CultureInfo.GetCultureInfo(each.Culture)))];

    public static Words Default => All[0];

    public CultureInfo Culture { get; }

    public static Words? Find(string? language) =>
        All.FirstOrDefault(words => words.Language.Equals(language, StringComparison.OrdinalIgnoreCase));

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
        TryGet("delivery." + option)
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
