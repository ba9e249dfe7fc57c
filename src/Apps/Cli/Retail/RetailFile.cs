using System.Security.Cryptography;
using System.Text;

namespace Tessera.Cli.Retail;

/// <param name="Dates">How dates are written, such as <c>dd/MM/yyyy</c>; null when the file tells.</param>
/// <param name="Encoding">UTF-8 when null.</param>
internal sealed record RetailForm(string? Dates = null, string? Encoding = null);

/// <summary>The file as read: usable lines in the order of their date, and the rest with reasons. Each line below the
/// header is one or the other.</summary>
/// <param name="Mark">Of the file's lines; names its reports.</param>
internal sealed record RetailFile(string Mark, IReadOnlyList<RetailLine> Lines, IReadOnlyList<UnusableLine> Unusable)
{
    public static readonly IReadOnlyList<string> Columns =
        ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];

    /// <summary>All lines are kept in memory.</summary>
    private const int LinesMax = 5_000_000;

    public static RetailFile Read(string path, RetailForm form)
    {
        var encoding = TextForm.Of(form.Encoding);
        if (Directory.Exists(path)) throw new UserError($"{path} is a folder; give a file of order lines.");
        try
        {
            using var reader = new StreamReader(path, encoding, detectEncodingFromByteOrderMarks: false);
            return Read(reader, path, form);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UserError($"{path} cannot be read: {failure.Message}");
        }
    }

    public static RetailFile Read(TextReader text, string name, RetailForm form)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var rows = new List<RetailRow>();
        var unusable = new List<UnusableLine>();
        int[]? columns = null;
        foreach (var line in BoundedLines.Of(text))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(line.Text + "\n"));
            if (line.Text.Contains(TextForm.Undecodable)) throw NotIn(form.Encoding, name, line.Number);
            if (line.Number > LinesMax) throw new UserError($"{name} has more than {LinesMax} lines; split it.");
            if (columns is null)
            {
                columns = ReadHeader(line, name);
            }
            else if (TrySplit(line, columns, out var row) is { } fault)
            {
                unusable.Add(new UnusableLine(line.Number, "", "", fault));
            }
            else
            {
                rows.Add(row!);
            }
        }
        if (columns is null) throw new UserError($"{name} is empty.");
        var lines = Use(rows, form, name, unusable);
        var mark = Convert.ToHexStringLower(hash.GetHashAndReset())[..12];
        return new RetailFile(
            mark, [.. lines.OrderBy(line => line.Date).ThenBy(line => line.Number)],
            [.. unusable.OrderBy(line => line.Number)]);
    }

    /// <returns>Where in a line each of <see cref="Columns"/> stands, and last how many columns there are.</returns>
    private static int[] ReadHeader(TextLine line, string name)
    {
        CsvFields.TrySplit(line.Text.TrimStart('\uFEFF'), out var header);
        var places = Columns
            .Select(column => header.FindIndex(each => each.Equals(column, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        var twice = Columns.Where(
            column => header.Count(each => each.Equals(column, StringComparison.OrdinalIgnoreCase)) > 1).ToList();
        if (twice.Count > 0) // Which of them counts would be a guess.
        {
            throw new UserError(
                $"{name} has more than one column {string.Join(", ", twice)}; rename those that do not count.");
        }
        var missing = Columns.Where((_, at) => places[at] < 0).ToList();
        if (missing.Count == 0) return [.. places, header.Count];
        throw new UserError($"{name} has no column {string.Join(", ", missing)}; " +
            $"its first line should be {string.Join(',', Columns)}");
    }

    private static string? TrySplit(TextLine line, int[] columns, out RetailRow? row)
    {
        row = null;
        if (line.IsCut) return $"longer than {BoundedLines.LengthMax} characters";
        if (string.IsNullOrWhiteSpace(line.Text)) return "an empty line";
        if (TextForm.WhyUnfit(line.Text) is { } unfit) return unfit;
        if (CsvFields.TrySplit(line.Text, out var fields) is { } fault) return fault;
        var count = columns[^1];
        // A price written 4,15 makes one field more, and would be read as the price 4 and the customer 15.
        if (fields.Count < count || fields.Skip(count).Any(more => more.Length > 0))
            return $"not as many fields as the first line ({fields.Count} instead of {count})";
        row = RetailRow.Of(line.Number, [.. columns.SkipLast(1).Select(at => fields[at])]);
        return null;
    }

    private static List<RetailLine> Use(
        List<RetailRow> rows, RetailForm form, string name, List<UnusableLine> unusable)
    {
        var dates = RetailDates.Of(form.Dates, rows.Select(row => (row.Number, row.Date)), name);
        var lines = new List<RetailLine>();
        foreach (var row in rows)
        {
            if (row.TryUse(dates, out var line) is not { } reason) lines.Add(line!);
            else unusable.Add(new UnusableLine(row.Number, row.Invoice, row.Code, reason));
        }
        var byInvoice = lines.ToLookup(line => line.Invoice);
        return [.. byInvoice.SelectMany(invoice => WithOneCustomer(invoice, unusable))];
    }

    /// <summary>Whose order it is must not hang on which line comes first.</summary>
    private static IEnumerable<RetailLine> WithOneCustomer(
        IGrouping<string, RetailLine> invoice, List<UnusableLine> unusable)
    {
        var customers = invoice.Select(line => line.Customer).Where(each => each.Length > 0).Distinct().ToList();
        if (customers.Count == 0) return invoice;
        if (customers.Count == 1) return invoice.Select(line => line with { Customer = customers[0] });
        var named = string.Join(", ", customers.Take(3).Select(RetailRow.Shorten));
        unusable.AddRange(invoice.Select(line => new UnusableLine(
            line.Number, line.Invoice, line.Sku, $"its invoice names several customers ({named})")));
        return [];
    }

    private static UserError NotIn(string? encoding, string name, int line) => new(
        $"{name}, line {line}: its bytes are no {encoding ?? TextForm.Usual}. " +
        "Say how the file is written, such as --encoding latin1 or --encoding windows-1252");
}
