using System.Buffers;
using System.Text.RegularExpressions;

namespace Tessera.Cli.Logs;

/// <summary>What another program has said, without what a terminal would obey: colours, titles, moves of the cursor.
/// Tabs and line ends stay.</summary>
internal static partial class PlainLine
{
    private static readonly SearchValues<char> _obeyed = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl).Except("\t\n")]);

    public static string Of(string text) =>
        text.AsSpan().ContainsAny(_obeyed) ? Controls().Replace(Sequences().Replace(text, ""), "") : text;

    /// <summary>As ECMA-48 has them: control sequences, texts such as a title up to their end, single functions.
    /// </summary>
    [GeneratedRegex(
        @"(?:\x1B\[|\x9B)[0-?]*[ -/]*[@-~]?"
        + @"|(?:\x1B[\]PX^_]|[\x90\x98\x9D-\x9F])[^\x07\x1B\x9C\n]*(?:\x07|\x1B\\|\x9C)?"
        + @"|\x1B[ -/]*[0-~]?")]
    private static partial Regex Sequences();

    [GeneratedRegex(@"[\p{Cc}-[\t\n]]")]
    private static partial Regex Controls();
}
