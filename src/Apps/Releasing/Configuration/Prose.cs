using System.Text.RegularExpressions;

namespace Tessera.Releasing.Configuration;

/// <summary>Docstrings as one line of Markdown.</summary>
internal static partial class Prose
{
    public static string Of(IEnumerable<string> lines)
    {
        var text = string.Join(' ', lines);
        if (Summary().Match(text) is not { Success: true } summary) return "";
        text = Code().Replace(summary.Groups[1].Value, "`$1`");
        text = Reference().Replace(text, found => $"`{found.Groups[1].Value}`");
        return Spaces().Replace(Tag().Replace(text, ""), " ").Trim()
            .Replace("|", "\\|", StringComparison.Ordinal).Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal);
    }

    [GeneratedRegex("<summary>(.*?)</summary>")]
    private static partial Regex Summary();

    [GeneratedRegex("<c>(.*?)</c>")]
    private static partial Regex Code();

    [GeneratedRegex("<see(?:also)? (?:cref|langword)=\"(?:[\\w.]+\\.)?([\\w<>{}]+)(?:\\([^\"]*\\))?\" ?/>")]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
