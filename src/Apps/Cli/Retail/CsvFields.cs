using System.Text;

namespace Tessera.Cli.Retail;

/// <summary>The fields of one line. A quoted text ends in its line: read over the line's end, one quote too many
/// would take in all lines up to the next one.</summary>
internal static class CsvFields
{
    /// <returns>What is wrong with the line, or null.</returns>
    public static string? TrySplit(string line, out List<string> fields)
    {
        fields = [];
        var at = 0;
        while (true)
        {
            while (IsBlank(line, at)) at++;
            if (at < line.Length && line[at] == '"')
            {
                if (ReadQuoted(line, ref at, fields) is { } fault) return fault;
            }
            else
            {
                var end = line.IndexOf(',', at);
                if (end < 0) end = line.Length;
                fields.Add(line[at..end].Trim());
                at = end;
            }
            if (at >= line.Length) return null;
            at++;
        }
    }

    /// <summary>From the opening quote to the comma or the line's end; two quotes are one.</summary>
    private static string? ReadQuoted(string line, ref int at, List<string> fields)
    {
        var text = new StringBuilder();
        for (at++; at < line.Length; at++)
        {
            if (line[at] != '"')
            {
                text.Append(line[at]);
                continue;
            }
            if (at + 1 < line.Length && line[at + 1] == '"')
            {
                text.Append('"');
                at++;
                continue;
            }
            for (at++; IsBlank(line, at);) at++;
            if (at < line.Length && line[at] != ',') return "text stands between a closing quote and the next comma";
            fields.Add(text.ToString().Trim());
            return null;
        }
        return "a quote is opened and not closed in this line";
    }

    private static bool IsBlank(string line, int at) => at < line.Length && (line[at] is ' ' or '\t');
}
