using System.Globalization;
using System.Text;
using Tessera.TextDefaults;

namespace Tessera.Catalog;

/// <summary>The words of a text as the index keeps them and as a question is asked: small letters without accents,
/// split at whatever is neither letter nor number. Both engines are given words made here, so both find the same.
/// </summary>
internal static class SearchedWords
{
    /// <summary>How many words of a question count.</summary>
    private const int AskedMax = 8;

    /// <summary>Of a longer word, its beginning. PostgreSQL takes no word beyond 2 KiB.</summary>
    private const int LengthMax = 64;

    /// <summary>A single letter stands for itself only: as a beginning it would find everything.</summary>
    private const int PrefixLengthMin = 2;

    public static List<string> Of(string? text)
    {
        var words = new List<string>();
        if (string.IsNullOrEmpty(text)) return words;
        var word = new StringBuilder();
        foreach (var rune in SearchedText.Of(text).EnumerateRunes())
        {
            if (!IsOfWord(rune))
            {
                End();
            }
            else if (word.Length + rune.Utf16SequenceLength <= LengthMax)
            {
                word.Append(rune.ToString());
            }
        }
        End();
        return words;

        void End()
        {
            if (word.Length == 0) return;
            words.Add(word.ToString());
            word.Clear();
        }
    }

    /// <summary>The words of a question; none twice.</summary>
    public static List<string> Asked(string? text) =>
        [.. Of(text).Distinct(StringComparer.Ordinal).Take(AskedMax)];

    /// <summary>Every word has to be there, at least as a beginning.</summary>
    public static string ToFts5(IEnumerable<string> words) =>
        string.Join(' ', words.Select(word => IsPrefix(word) ? $"\"{word}\"*" : $"\"{word}\""));

    /// <inheritdoc cref="ToFts5"/>
    public static string ToTsQuery(IEnumerable<string> words) =>
        string.Join(" & ", words.Select(word => IsPrefix(word) ? $"'{word}':*" : $"'{word}'"));

    /// <summary>The words with their places, each part with the letter that says what it is worth.</summary>
    public static string ToTsVector(params ReadOnlySpan<(char Weight, string? Text)> parts)
    {
        var vector = new StringBuilder();
        var place = 0;
        foreach (var (weight, text) in parts)
        {
            foreach (var word in Of(text))
                vector.Append(CultureInfo.InvariantCulture, $"'{word}':{++place}{weight} ");
        }
        return vector.ToString();
    }

    private static bool IsPrefix(string word) => word.Length >= PrefixLengthMin;

    private static bool IsOfWord(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark;
}
