namespace Tessera.Cli.Retail;

/// <summary>One usable line of the file.</summary>
/// <param name="Number">Its number in the file; the header is line 1.</param>
/// <param name="Customer">Empty when the data names none.</param>
internal sealed record RetailLine(
    int Number, string Invoice, string Sku, string Description, int Quantity, DateTime Date, long PriceMinor,
    string Customer, string Country)
{
    public bool IsCancellation => IsCancellationNumber(Invoice);

    public static bool IsCancellationNumber(string invoice) => invoice.StartsWith('C');
}

/// <summary>A line that cannot be used, and why.</summary>
internal sealed record UnusableLine(int Number, string Invoice, string Code, string Reason);
