using System.Text.RegularExpressions;

namespace Tessera.Repo.Tests;

/// <summary>Small habits that a compiler does not check.</summary>
internal static partial class TidyRules
{
    public const int LineLengthMax = 120;

    /// <summary>A file over this is two subjects.</summary>
    public const int FileLinesMax = 400;

    public static IEnumerable<string> Violations(string path, string code)
    {
        var lines = code.Split('\n');
        if (lines.Length > FileLinesMax)
        {
            yield return $"{path} has {lines.Length} lines; split it (at most {FileLinesMax}).";
        }
        var isInRawString = false;
        for (var i = 0; i < lines.Length; i++)
        {
            // A line of a raw string is its text, and a verbatim string may be a pattern: neither can be broken.
            var quotes = RawQuotes().Count(lines[i]);
            var isText = isInRawString ? quotes == 0 : lines[i].TrimStart().StartsWith("@\"", StringComparison.Ordinal);
            if (quotes % 2 == 1) isInRawString = !isInRawString;
            if (!isText && lines[i].TrimEnd('\r').Length > LineLengthMax)
                yield return $"{path}:{i + 1} has {lines[i].Length} characters (at most {LineLengthMax}).";
            if (Leftover().IsMatch(lines[i]))
            {
                yield return $"{path}:{i + 1} leaves something unfinished: {lines[i].Trim()}";
            }
            if (MachinePath().IsMatch(lines[i]))
            {
                yield return $"{path}:{i + 1} names a path of someone's machine: {lines[i].Trim()}";
            }
        }
    }

    [GeneratedRegex("\"{3,}")]
    private static partial Regex RawQuotes();

    [GeneratedRegex(@"\b(?:TO" + @"DO|FIX" + @"ME|HA" + @"CK)\b|NotImplemented" + "Exception")]
    private static partial Regex Leftover();

    [GeneratedRegex(@"(?<![\w.~}])/(?:work|home|root|Users)/(?![*{])\w+/")]
    private static partial Regex MachinePath();
}
