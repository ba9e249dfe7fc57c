using System.Globalization;
using CsvHelper;

namespace Tessera.Cli.Retail;

/// <param name="Kind"><c>line</c>, <c>order</c> or <c>cancellation</c>.</param>
internal sealed record ReportRow(string Kind, string Invoice, string? Line, string? Code, string Reason);

/// <summary>What could not be used, line by line, for who wants to look.</summary>
internal static class ReportFile
{
    public static void Write(string path, IEnumerable<ReportRow> rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var csv = new CsvWriter(new StreamWriter(path), CultureInfo.InvariantCulture);
        csv.WriteRecords(rows);
    }

    public static IEnumerable<ReportRow> Lines(IEnumerable<UnusableLine> unusable) => unusable.Select(
        line => new ReportRow(
            "line", line.Invoice, line.Number.ToString(CultureInfo.InvariantCulture), line.Code, line.Reason));

    /// <summary>Reasons with their counts, most frequent first; what stands in brackets or quotes
    /// is not counted apart.</summary>
    public static IEnumerable<(string Reason, int Count)> Count(IEnumerable<string> reasons) => reasons
        .Select(reason => reason.Split([" (", ": '"], StringSplitOptions.None)[0])
        .GroupBy(reason => reason)
        .Select(group => (group.Key, group.Count()))
        .OrderByDescending(each => each.Item2);
}
