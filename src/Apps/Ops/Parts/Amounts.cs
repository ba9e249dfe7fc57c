using System.Globalization;

namespace Tessera.Ops.Parts;

/// <summary>Numbers as operators read them: short, and with as many digits as matter.</summary>
internal static class Amounts
{
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>0.3/s</c>, <c>120/s</c>.</summary>
    public static string Rate(double perSecond) => Text(perSecond) + "/s";

    public static string Text(double number) => number switch
    {
        < 0.005 => "0",
        < 1 => number.ToString("0.##", CultureInfo.InvariantCulture),
        < 10 => number.ToString("0.#", CultureInfo.InvariantCulture),
        _ => number.ToString("N0", CultureInfo.InvariantCulture),
    };

    /// <summary>A time that a share of all did not exceed.</summary>
    public static string P99(double? seconds) => seconds switch
    {
        null => "–",
        _ when double.IsInfinity(seconds.Value) => "beyond 10 s",
        _ => Ages.Of(seconds),
    };
}
