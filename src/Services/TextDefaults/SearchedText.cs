namespace Tessera.TextDefaults;

/// <summary>What a search compares: small letters without the accents of the Latin, Greek and Cyrillic scripts, so
/// that <c>cafe</c>, <c>Café</c> and its decomposed form are one word.</summary>
public static class SearchedText
{
    public static string Of(string text)
    {
        var decomposed = ComposedText.Decompose(text);
        // The general accents only: marks of other scripts are vowels.
        if (decomposed.AsSpan().IndexOfAnyInRange('\u0300', '\u036F') >= 0)
            decomposed = string.Concat(decomposed.Where(letter => letter is < '\u0300' or > '\u036F'));
        return ComposedText.Compose(decomposed).ToLowerInvariant();
    }
}
