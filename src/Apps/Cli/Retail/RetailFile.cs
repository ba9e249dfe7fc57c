using System.Globalization;
using System.Security.Cryptography;
using CsvHelper;
using CsvHelper.Configuration;

namespace Tessera.Cli.Retail;

/// <summary>The file as read: usable lines in the order of their date, and the rest with reasons.</summary>
/// <param name="Mark">Of the file's content; what is done with the same data again is recognised by it.</param>
internal sealed record RetailFile(string Mark, IReadOnlyList<RetailLine> Lines, IReadOnlyList<UnusableLine> Unusable)
{
    private const int QuantityMax = 100_000;
    private const decimal PriceMax = 1_000_000;
    private static readonly string[] _columns =
        ["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country"];

    public static RetailFile Read(string path)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"{path} cannot be read: {failure.Message}");
        }
        var mark = Convert.ToHexStringLower(SHA256.HashData(content))[..12];
        using var reader = new StreamReader(new MemoryStream(content));
        return Read(reader, path, mark);
    }

    public static RetailFile Read(TextReader text, string name, string mark)
    {
        var settings = new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            MissingFieldFound = null,
            BadDataFound = null,
            TrimOptions = TrimOptions.Trim,
        };
        using var csv = new CsvReader(text, settings);
        if (!csv.Read() || !csv.ReadHeader()) throw new UserError($"{name} is empty.");
        var missing = _columns.Except(csv.HeaderRecord ?? []).ToList();
        if (missing.Count > 0)
        {
            throw new UserError($"{name} has no column {string.Join(", ", missing)}; " +
                $"its first line should be {string.Join(',', _columns)}");
        }
        var lines = new List<RetailLine>();
        var unusable = new List<UnusableLine>();
        while (csv.Read())
        {
            var number = csv.Parser.RawRow;
            var invoice = csv.GetField("InvoiceNo")?.ToUpperInvariant() ?? "";
            var code = ProductCode.Clean(csv.GetField("StockCode") ?? "");
            if (TryRead(csv, number, invoice, code, out var line) is { } reason)
            {
                unusable.Add(new UnusableLine(number, invoice, code, reason));
            }
            else
            {
                lines.Add(line!);
            }
        }
        return new RetailFile(mark, [.. lines.OrderBy(line => line.Date).ThenBy(line => line.Number)], unusable);
    }

    /// <returns>Why the line is of no use, or null.</returns>
    private static string? TryRead(CsvReader csv, int number, string invoice, string code, out RetailLine? line)
    {
        line = null;
        if (invoice.Length == 0) return "no invoice number";
        if (ProductCode.WhyNoProduct(code) is { } other) return other;
        if (!int.TryParse(
            csv.GetField("Quantity"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var quantity))
        {
            return $"quantity is no number: '{csv.GetField("Quantity")}'";
        }
        if (!DateTime.TryParse(
            csv.GetField("InvoiceDate"), CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            return $"date cannot be read: '{csv.GetField("InvoiceDate")}'";
        }
        if (!decimal.TryParse(
            csv.GetField("UnitPrice"), NumberStyles.Float, CultureInfo.InvariantCulture, out var price))
        {
            return $"price is no number: '{csv.GetField("UnitPrice")}'";
        }
        var isCancellation = RetailLine.IsCancellationNumber(invoice);
        if (isCancellation && quantity >= 0) return "a cancellation that takes nothing back";
        if (!isCancellation && quantity <= 0)
        {
            return "quantity is not positive, and it is no cancellation: a stock correction";
        }
        if (Math.Abs(quantity) > QuantityMax) return $"quantity is above {QuantityMax}";
        if (price <= 0) return "price is not positive: a gift or a correction";
        if (price > PriceMax) return $"price is above {PriceMax}";
        line = new RetailLine(
            number, invoice, code, Words(csv.GetField("Description") ?? ""), quantity, date, ToMinor(price),
            CustomerOf(csv.GetField("CustomerID") ?? ""), csv.GetField("Country") ?? "");
        return null;
    }

    private static long ToMinor(decimal price) =>
        Math.Max(1, (long)Math.Round(price * 100, MidpointRounding.AwayFromZero));

    private static string Words(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The numbers went through a spreadsheet once: <c>13488.0</c>.</summary>
    private static string CustomerOf(string text) => text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
}
