using System.Buffers;
using System.Text;

namespace Tessera.ServiceDefaults;

/// <summary>What any text that a client sends may be made of, wherever it stands: in a body, a form, a query or a path.
/// One rule for all, because the databases differ: PostgreSQL fails at a NUL that SQLite keeps.</summary>
internal static class PlainText
{
    // Tab and the ends of lines are part of descriptions. Nobody types the other control characters; they break logs,
    // terminals and databases.
    private static readonly SearchValues<char> controls = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl).Except("\t\n\r")]);

    /// <summary>Why the text is refused, or null.</summary>
    public static string? FaultOf(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAny(controls);
        if (at < 0) at = IndexOfHalfCharacter(text);
        return at < 0 ? null : $"U+{(int)text[at]:X4}, as character {at + 1}, is not allowed in a text";
    }

    /// <summary>Half of a surrogate pair is no character and has no form in UTF-8.</summary>
    private static int IndexOfHalfCharacter(ReadOnlySpan<char> text)
    {
        var at = text.IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < text.Length)
        {
            if (Rune.DecodeFromUtf16(text[at..], out _, out var length) != OperationStatus.Done) return at;
            at += length;
        }
        return -1;
    }
}
