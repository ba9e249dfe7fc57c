namespace Tessera.TextDefaults;

public static class CutText
{
    /// <summary>At most so many UTF-16 code units of the text, and no half of a surrogate pair at the end: PostgreSQL's
    /// client refuses one.</summary>
    public static string To(int lengthMax, string text)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthMax, 1);
        if (text.Length <= lengthMax) return text;
        return text[..(char.IsHighSurrogate(text[lengthMax - 1]) ? lengthMax - 1 : lengthMax)];
    }
}
