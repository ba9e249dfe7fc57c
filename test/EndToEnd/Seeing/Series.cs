using System.Text.RegularExpressions;

namespace Tessera.EndToEnd;

/// <summary>One line of <c>/metrics</c>.</summary>
internal sealed partial record Series(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>Of a histogram's lines, the name of the histogram.</summary>
    public string Metric => Part().Replace(Name, "");

    public static IReadOnlyList<Series> Read(string text) =>
        [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(Of)];

    private static Series Of(string line)
    {
        var parts = Line().Match(line);
        if (!parts.Success) throw new FormatException($"This is no series: {line}");
        return new Series(
            parts.Groups["name"].Value,
            Label().Matches(parts.Groups["labels"].Value)
                .ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value),
            double.Parse(parts.Groups["value"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"^(?<name>[A-Za-z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)\z")]
    private static partial Regex Line();

    [GeneratedRegex("""([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"[,]?""")]
    private static partial Regex Label();

    [GeneratedRegex(@"_(?:bucket|sum|count)\z")]
    private static partial Regex Part();
}
