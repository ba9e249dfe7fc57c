using System.Globalization;
using System.Text;

namespace Tessera.Services.Tests;

/// <summary>Writes any UTF-16 text, halves of surrogate pairs too, so that it arrives as it is.</summary>
internal static class Escape
{
    public static string ForJson(string text) =>
        "\"" + string.Concat(text.Select(unit => unit is >= ' ' and <= '~' and not ('"' or '\\')
            ? unit.ToString()
            : "\\u" + ((int)unit).ToString("x4", CultureInfo.InvariantCulture))) + "\"";

    public static string ForUrl(string text)
    {
        var escaped = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsAsciiLetterOrDigit(text[at]))
            {
                escaped.Append(text[at]);
                continue;
            }
            var isPair = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]);
            var bytes = isPair ? Encoding.UTF8.GetBytes(text, at++, 2) : Utf8Of(text[at]);
            foreach (var each in bytes) escaped.Append('%').Append(each.ToString("X2", CultureInfo.InvariantCulture));
        }
        return escaped.ToString();
    }

    /// <summary>Half of a pair in the form that UTF-8 would give it if it had one.</summary>
    private static byte[] Utf8Of(char unit) => char.IsSurrogate(unit)
        ? [(byte)(0xE0 | (unit >> 12)), (byte)(0x80 | ((unit >> 6) & 0x3F)), (byte)(0x80 | (unit & 0x3F))]
        : Encoding.UTF8.GetBytes([unit]);
}
