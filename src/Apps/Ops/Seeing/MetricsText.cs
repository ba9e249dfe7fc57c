using System.Globalization;

namespace Tessera.Ops.Seeing;

/// <summary>Reads what a process tells at <c>/metrics</c>, in Prometheus's text form.</summary>
internal static class MetricsText
{
    /// <summary>The samples of these names, in their order. A line that cannot be read is left out.</summary>
    public static IEnumerable<Sample> Read(string text, IReadOnlySet<string> names)
    {
        foreach (var range in text.AsMemory().Split('\n'))
        {
            if (TryRead(range.Span, names, out var sample)) yield return sample;
        }
    }

    private static IEnumerable<ReadOnlyMemory<char>> Split(this ReadOnlyMemory<char> text, char by)
    {
        while (text.Length > 0)
        {
            var end = text.Span.IndexOf(by);
            yield return end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
        }
    }

    private static bool TryRead(ReadOnlySpan<char> line, IReadOnlySet<string> names, out Sample sample)
    {
        sample = default;
        if (line.IsEmpty || line[0] == '#') return false;
        var end = line.IndexOfAny('{', ' ');
        if (end < 0) return false;
        var name = line[..end].ToString();
        if (!names.Contains(name)) return false;
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = line[end..];
        if (rest[0] == '{' && !TryReadLabels(ref rest, labels)) return false;
        rest = rest.TrimStart(' ');
        var number = rest.IndexOf(' ') is > 0 and var space ? rest[..space] : rest.TrimEnd('\r');
        if (!TryNumber(number, out var value)) return false;
        sample = new Sample(name, labels, value);
        return true;
    }

    private static bool TryReadLabels(ref ReadOnlySpan<char> rest, Dictionary<string, string> labels)
    {
        rest = rest[1..];
        while (!rest.IsEmpty && rest[0] != '}')
        {
            var equals = rest.IndexOf("=\"", StringComparison.Ordinal);
            if (equals < 0) return false;
            var name = rest[..equals].Trim(", ").ToString();
            rest = rest[(equals + 2)..];
            var value = new System.Text.StringBuilder();
            while (true)
            {
                if (rest.IsEmpty) return false;
                var letter = rest[0];
                rest = rest[1..];
                if (letter == '"') break;
                if (letter == '\\' && !rest.IsEmpty)
                {
                    letter = rest[0] == 'n' ? '\n' : rest[0];
                    rest = rest[1..];
                }
                value.Append(letter);
            }
            labels[name] = value.ToString();
        }
        if (rest.IsEmpty) return false;
        rest = rest[1..];
        return true;
    }

    public static bool TryNumber(ReadOnlySpan<char> text, out double value)
    {
        if (text is "+Inf")
        {
            value = double.PositiveInfinity;
            return true;
        }
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }
}

internal readonly record struct Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    public string this[string label] => Labels.GetValueOrDefault(label) ?? "";
}
