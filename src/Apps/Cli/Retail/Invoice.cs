using System.Security.Cryptography;
using System.Text;

namespace Tessera.Cli.Retail;

internal sealed record InvoiceLine(string Sku, int Quantity);

/// <summary>An invoice, or one part of one that has more products than an order can have lines.</summary>
/// <param name="Customer">The data's customer, or a guest of this one invoice.</param>
/// <param name="Lines">One for each product, by code: the same invoice whatever the order of the file's lines.</param>
/// <param name="CancelledBy">The invoice that cancels it, or null.</param>
internal sealed record Invoice(
    string Number, int Part, int Parts, string Customer, string Country, DateTime Date,
    IReadOnlyList<InvoiceLine> Lines, string? CancelledBy = null)
{
    public const int LinesMax = 200;

    /// <summary>Known by it in every file. A number holds no line break, so no other invoice has this name.</summary>
    public string Name => Part == 1 ? Number : $"{Number}\n{Part}";

    /// <summary>For people. It tells how many parts there are: the first part of an invoice that has grown by another
    /// part is not the same order.</summary>
    public string Reference => Parts == 1 ? Number : $"{Number} ({Part}/{Parts})";

    /// <summary>Of what is bought and for whom, to tell an invoice that has changed from one that has not.</summary>
    public string Digest => Hash(
        string.Join('\n', [Customer, Reference, .. Lines.Select(line => $"{line.Sku} {line.Quantity}")]))[..16];

    /// <summary>The same for the same invoice, whatever file it stands in and whoever sends it: the shop does a thing
    /// once under one key. A hash, because a key holds visible ASCII only.</summary>
    public string KeyFor(string what) => $"{what}-{Hash(Name)[..40]}";

    public static string NumberOf(string name) => name.Split('\n')[0];

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}

/// <param name="Order">The invoice that it cancels; null when the data shows none.</param>
/// <param name="Reason">Why none was found.</param>
internal sealed record Cancellation(string Number, string? Order, string? Reason);
