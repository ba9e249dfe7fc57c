using System.Collections.Frozen;
using System.Globalization;

namespace Tessera.TextDefaults;

/// <summary>The currencies of ISO 4217 that are in use, with the digits of their minor unit. Written down, and not
/// asked of the culture data: services run without that, and what it knows differs between machines.</summary>
public static class Currencies
{
    private const string None = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";

    private const string Two =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
        + "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR "
        + "IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN "
        + "NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP "
        + "STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW";

    private const string Three = "BHD IQD JOD KWD LYD OMR TND";

    private static readonly FrozenDictionary<string, int> digits =
        new[] { (None, 0), (Two, 2), (Three, 3) }
            .SelectMany(group => group.Item1.Split(' '), (group, code) => (Code: code, Digits: group.Item2))
            .ToFrozenDictionary(each => each.Code, each => each.Digits, StringComparer.Ordinal);

    public static IReadOnlyCollection<string> All => digits.Keys;

    public static bool IsKnown(string? code) => code is not null && digits.ContainsKey(code);

    /// <summary>How many digits the minor unit has: 2 where a pound has 100 pence.</summary>
    /// <remarks>An amount in a currency that is not known, of an order of long ago, is read as one of two.</remarks>
    public static int DigitsOf(string code) => digits.GetValueOrDefault(code, 2);

    /// <summary>The amount in the currency's own unit: 12.5 for 1250 pence, 1250 for as many yen.</summary>
    public static decimal AmountOf(long minor, string code)
    {
        decimal amount = minor;
        for (var digit = 0; digit < DigitsOf(code); digit++) amount /= 10;
        return amount;
    }

    /// <summary>The same as programs read it, with all digits: <c>12.50</c>.</summary>
    public static string TextOf(long minor, string code) =>
        AmountOf(minor, code).ToString($"F{DigitsOf(code)}", CultureInfo.InvariantCulture);
}
