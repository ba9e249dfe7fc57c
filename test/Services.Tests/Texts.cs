using System.Globalization;
using System.Text;
using CsCheck;

namespace Tessera.Services.Tests;

/// <summary>Texts with a character of each class that Unicode knows.</summary>
internal static class Texts
{
    private static readonly ILookup<UnicodeCategory, string> byCategory =
        Enumerable.Range(0, 0x110000).Where(Rune.IsValid).Select(code => new Rune(code))
            .ToLookup(Rune.GetUnicodeCategory, rune => rune.ToString());

    // Those that have broken things elsewhere, whatever else is drawn of their class.
    private static readonly string[] known =
    [
        "\0", "\u0001", "\b", "\t", "\n", "\r", "\u001b[31m", "\u007f", "\u0085", "\u009f", "\u00ad", "\u200b",
        "\u200d", "\u2028", "\u202e", "\u2066", "\ufeff", "\ufffe", "\uffff", "\u00e9", "e\u0301", "\u0130", "\u017f",
        "\U0001F600", "\U000E0041", "\U0010FFFF", "\ud800", "\udc00", "\udc00\ud800", "'", "\"", "\\", "%", "_", "!",
        "$1", "{0}", "..",
    ];

    /// <summary>All of them in one draw: each class at the beginning, in the middle or at the end of a text.</summary>
    public static readonly Gen<Sample[]> OfEveryClass =
        from drawn in Gen.Int[0, int.MaxValue].Array[byCategory.Count]
        from place in Gen.Int[0, 3].Array[byCategory.Count + known.Length]
        select (Sample[])
        [
            .. byCategory.OrderBy(category => category.Key).Select((category, at) =>
                Put(category.ElementAt(drawn[at] % category.Count()), place[at])),
            .. known.Select((text, at) => Put(text, place[byCategory.Count + at])),
        ];

    private static Sample Put(string character, int place) =>
        new(character, place switch
        {
            0 => character,
            1 => character + "a1",
            2 => "a" + character + "1",
            _ => "a1" + character,
        });
}

internal sealed record Sample(string Character, string Text)
{
    /// <summary>No text may hold it.</summary>
    public bool IsForbidden =>
        Character is not ("\t" or "\n" or "\r")
        && Character.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar || Rune.IsControl(rune))
        && Character != "\ufffd";

    /// <summary>Nobody sees it.</summary>
    public bool IsInvisible => IsForbidden || Character.EnumerateRunes().Any(
        rune => Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
