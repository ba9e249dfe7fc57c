using System.Globalization;

namespace Tessera.Bench;

/// <summary>The lines of a benchmark as a Markdown table: a row for each contender, in each cell the median of its
/// runs and the least and greatest of them.</summary>
public static class Medians
{
    public static string Table(IEnumerable<IReadOnlyDictionary<string, object>> lines, string by)
    {
        var rows = lines.GroupBy(line => (string)line[by]).ToList();
        var columns = rows.SelectMany(row => row).SelectMany(line => line)
            .Where(cell => IsNumber(cell.Value) && cell.Key != "repetition")
            .Select(cell => cell.Key).Distinct().ToList();
        var table = new List<string>
        {
            $"| {by} (runs) | {string.Join(" | ", rows.Select(row => $"{row.Key} ({row.Count()})"))} |",
            $"|---|{string.Concat(rows.Select(_ => "---|"))}",
        };
        table.AddRange(
            columns.Select(column => $"| {column} | {string.Join(" | ", rows.Select(row => Cell(row, column)))} |"));
        return string.Join('\n', table);
    }

    private static string Cell(IEnumerable<IReadOnlyDictionary<string, object>> lines, string column)
    {
        double[] sorted = [.. lines.Where(line => line.ContainsKey(column))
            .Select(line => Convert.ToDouble(line[column], CultureInfo.InvariantCulture)).Order()];
        if (sorted.Length == 0) return "";
        var median = (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        return sorted.Length == 1 || sorted[0].Equals(sorted[^1])
            ? Text(median)
            : $"**{Text(median)}** ({Text(sorted[0])} to {Text(sorted[^1])})";
    }

    private static string Text(double value) =>
        value.ToString(Math.Abs(value) >= 100 ? "#,0" : "0.###", CultureInfo.InvariantCulture);

    private static bool IsNumber(object value) => value is int or long or double or decimal;
}
