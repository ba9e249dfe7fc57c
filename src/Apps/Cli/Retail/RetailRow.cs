using System.Globalization;
using Tessera.TextDefaults;

namespace Tessera.Cli.Retail;

/// <summary>One line of the file as it is written; <see cref="TryUse"/> makes of it what the shop can use.</summary>
internal sealed record RetailRow(
    int Number, string Invoice, string Code, string Description, string Quantity, string Date, string Price,
    string Customer, string Country)
{
    /// <summary>With it stands the mark of an order, which has 64.</summary>
    public const int InvoiceLengthMax = 50;

    public const int CustomerLengthMax = 64;
    private const int QuantityMax = 100_000;
    private const decimal PriceMax = 1_000_000;
    private const decimal MinorErrorMax = 0.000_001m;
    private const int QuotedLengthMax = 40;

    /// <param name="fields">In the order of <see cref="RetailFile.Columns"/>.</param>
    public static RetailRow Of(int number, IReadOnlyList<string> fields) => new(
        number, WithoutPoint(ComposedText.Compose(Words(fields[0]).ToUpperInvariant())), ProductCode.Clean(fields[1]),
        Words(fields[2]), fields[3], Words(fields[4]), fields[5], ComposedText.Compose(WithoutPoint(fields[6])),
        fields[7]);

    /// <returns>Why the line is of no use, or null.</returns>
    public string? TryUse(RetailDates dates, out RetailLine? line)
    {
        line = null;
        if (Invoice.Length == 0) return "no invoice number";
        if (Invoice.Length > InvoiceLengthMax)
            return $"invoice number is longer than {InvoiceLengthMax} characters: '{Shorten(Invoice)}'";
        if (Customer.Length > CustomerLengthMax)
            return $"customer number is longer than {CustomerLengthMax} characters: '{Shorten(Customer)}'";
        // The second half of one with a line break in it, most likely.
        if (Invoice.Contains('"') || Customer.Contains('"')) return "a quote within the invoice or customer number";
        if (HasUnseen(Invoice) || HasUnseen(Customer))
            return "invoice or customer number holds a letter that nobody sees";
        if (ProductCode.WhyNoProduct(Code) is { } other) return other;
        // A spreadsheet may have written 6 as 6.0.
        if (!decimal.TryParse(
            Quantity, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var quantity))
        {
            return $"quantity is no number: '{Shorten(Quantity)}'";
        }
        if (quantity != decimal.Truncate(quantity)) return $"quantity is no whole number: '{Shorten(Quantity)}'";
        if (!dates.TryRead(Date, out var date)) return $"date cannot be read: '{Shorten(Date)}'";
        if (!decimal.TryParse(Price, NumberStyles.Float, CultureInfo.InvariantCulture, out var price))
            return $"price is no number: '{Shorten(Price)}'";
        var isCancellation = RetailLine.IsCancellationNumber(Invoice);
        if (isCancellation && quantity >= 0) return "a cancellation that takes nothing back";
        if (!isCancellation && quantity <= 0)
            return "quantity is not positive, and it is no cancellation: a stock correction";
        if (Math.Abs(quantity) > QuantityMax) return $"quantity is above {QuantityMax}";
        if (price <= 0) return "price is not positive: a gift or a correction";
        if (price > PriceMax) return $"price is above {PriceMax}";
        if (!IsMinor(price)) return $"price is no whole number of hundredths: '{Shorten(Price)}'";
        line = new RetailLine(
            Number, Invoice, Code, Description, (int)quantity, date, ToMinor(price), Customer, Country);
        return null;
    }

    /// <summary>What goes into a report of a text that anybody may have written.</summary>
    public static string Shorten(string text) =>
        text.Length <= QuotedLengthMax ? text : text[..WholeLetters(text, QuotedLengthMax)] + "…";

    /// <summary>At most <paramref name="count"/> characters, and no half letter at the end.</summary>
    public static int WholeLetters(string text, int count) =>
        char.IsHighSurrogate(text[count - 1]) ? count - 1 : count;

    /// <summary>Two numbers that look alike would be two orders.</summary>
    private static bool HasUnseen(string text) =>
        text.Any(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.Format);

    /// <summary>Rounded, the order would cost something else. A spreadsheet may have written 4.15 as
    /// 4.1499999999999995.</summary>
    private static bool IsMinor(decimal price) =>
        ToMinor(price) is > 0 and var minor && Math.Abs(price * 100 - minor) < MinorErrorMax;

    private static long ToMinor(decimal price) => (long)Math.Round(price * 100, MidpointRounding.AwayFromZero);

    private static string Words(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The numbers went through a spreadsheet once: <c>13488.0</c>.</summary>
    private static string WithoutPoint(string text) =>
        text.EndsWith(".0", StringComparison.Ordinal) ? text[..^2] : text;
}
