using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tessera.Cli.Retail;

/// <param name="Kind"><c>line</c>, <c>product</c>, <c>stock</c>, <c>order</c> or <c>cancellation</c>.</param>
internal sealed record ReportRow(string Kind, string Invoice, string? Line, string? Code, string Reason);

/// <summary>What could not be used, line by line, for who wants to look.</summary>
internal static class ReportFile
{
    public static void Write(string path, IEnumerable<ReportRow> rows)
    {
        // A spreadsheet that opens the report must not calculate what a foreign file wrote into it.
        var settings = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            InjectionOptions = InjectionOptions.Escape,
            InjectionEscapeCharacter = '\'',
            InjectionCharacters = ['=', '+', '-', '@', '\t', '\r'],
        };
        try
        {
            using var csv = new CsvWriter(new StreamWriter(Open(path, FileMode.Create)), settings);
            csv.WriteRecords(rows);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserError($"The report {path} cannot be written: {failure.Message}");
        }
    }

    /// <summary>Before anything is sent: what is not reported at the end would never be known.</summary>
    public static void CheckWritable(string path)
    {
        var isNew = !File.Exists(path);
        try
        {
            Open(path, FileMode.OpenOrCreate).Dispose();
            if (isNew) File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserError($"The report {path} cannot be written: {failure.Message}");
        }
    }

    private static FileStream Open(string path, FileMode mode)
    {
        if (Directory.Exists(path)) throw new UserError($"{path} is a folder; --report takes a file.");
        OwnerOnly.MakeFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return OwnerOnly.Open(path, mode, FileAccess.Write);
    }

    public static IEnumerable<ReportRow> Lines(IEnumerable<UnusableLine> unusable) => unusable.Select(
        line => new ReportRow(
            "line", RetailRow.Shorten(line.Invoice), line.Number.ToString(CultureInfo.InvariantCulture),
            RetailRow.Shorten(line.Code), line.Reason));

    /// <summary>Writes why, and says so: a command that has done nothing has failed.</summary>
    public static UserError NothingUsed(RetailFile retail, string path)
    {
        if (retail.Unusable.Count == 0) return new UserError("The file holds no lines below the first one.");
        Write(path, Lines(retail.Unusable));
        var (reason, count) = Count(retail.Unusable.Select(line => line.Reason)).First();
        return new UserError(
            $"None of the file's {retail.Unusable.Count} lines can be used; of {count}: {reason} " +
            $"(all of them in {path})");
    }

    /// <summary>Reasons with their counts, most frequent first; what stands in brackets or quotes
    /// is not counted apart.</summary>
    public static IEnumerable<(string Reason, int Count)> Count(IEnumerable<string> reasons) => reasons
        .Select(reason => reason.Split([" (", ": '"], StringSplitOptions.None)[0])
        .GroupBy(reason => reason)
        .Select(group => (group.Key, group.Count()))
        .OrderByDescending(each => each.Item2);
}
