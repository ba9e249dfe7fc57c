namespace Tessera.Cli.Retail;

internal sealed record InvoiceLine(string Sku, int Quantity);

/// <param name="Customer">The data's customer, or a guest of this one invoice.</param>
/// <param name="CancelledBy">The invoice that cancels it, or null.</param>
internal sealed record Invoice(
    string Number, string Customer, string Country, DateTime Date,
    IReadOnlyList<InvoiceLine> Lines, string? CancelledBy = null);

/// <param name="Order">The invoice that it cancels; null when the data shows none.</param>
/// <param name="Reason">Why none was found.</param>
internal sealed record Cancellation(string Number, string? Order, string? Reason);

/// <summary>What the file makes of its lines: orders to place, in the order of their dates, and
/// which are cancelled.</summary>
internal sealed record ReplayPlan(
    IReadOnlyList<Invoice> Invoices, IReadOnlyList<Cancellation> Cancellations, int Guests)
{
    private const int LinesMax = 200;

    public static ReplayPlan Of(IReadOnlyList<RetailLine> lines)
    {
        var groups = lines.GroupBy(line => line.Invoice).ToList();
        var invoices = groups.Where(group => !group.First().IsCancellation).Select(ToInvoice).ToList();
        var cancelled = new Dictionary<string, string>(StringComparer.Ordinal);
        var cancellations = new List<Cancellation>();
        var byCustomer = invoices.ToLookup(invoice => invoice.Customer);
        foreach (var group in groups.Where(group => group.First().IsCancellation))
        {
            var order = Match(group, byCustomer, cancelled, out var reason);
            if (order is not null) cancelled.Add(order, group.Key);
            cancellations.Add(new Cancellation(group.Key, order, reason));
        }
        return new ReplayPlan(
            [.. invoices.Select(invoice => invoice with { CancelledBy = cancelled.GetValueOrDefault(invoice.Number) })],
            cancellations,
            invoices.Count(invoice => IsGuest(invoice)));
    }

    /// <summary>The first <paramref name="limit"/> invoices, and the cancellations among them.</summary>
    public ReplayPlan Take(int? limit)
    {
        if (limit is not { } count || count >= Invoices.Count) return this;
        var kept = Invoices.Take(count).ToList();
        var numbers = kept.Select(invoice => invoice.Number).ToHashSet(StringComparer.Ordinal);
        return new ReplayPlan(
            kept, [.. Cancellations.Where(each => each.Order is not null && numbers.Contains(each.Order))],
            kept.Count(IsGuest));
    }

    private static bool IsGuest(Invoice invoice) => invoice.Customer == GuestOf(invoice.Number);

    private static string GuestOf(string invoice) => "guest-" + invoice;

    private static Invoice ToInvoice(IGrouping<string, RetailLine> group)
    {
        var first = group.First();
        // One line per product, as a basket has it; the rest of a very long invoice is left off.
        var lines = group.GroupBy(line => line.Sku)
            .Select(same => new InvoiceLine(same.Key, same.Sum(line => line.Quantity)));
        return new Invoice(
            group.Key, first.Customer.Length > 0 ? first.Customer : GuestOf(group.Key),
            first.Country, first.Date, [.. lines.Take(LinesMax)]);
    }

    /// <summary>The latest earlier order of the same customer with one of the products that come back.</summary>
    private static string? Match(
        IGrouping<string, RetailLine> cancellation, ILookup<string, Invoice> byCustomer,
        Dictionary<string, string> cancelled, out string? reason)
    {
        var first = cancellation.First();
        reason = null;
        if (first.Customer.Length == 0)
        {
            reason = "no customer";
            return null;
        }
        var skus = cancellation.Select(line => line.Sku).ToHashSet(StringComparer.Ordinal);
        var order = byCustomer[first.Customer]
            .Where(invoice => invoice.Date <= first.Date && !cancelled.ContainsKey(invoice.Number))
            .LastOrDefault(invoice => invoice.Lines.Any(line => skus.Contains(line.Sku)));
        if (order is null) reason = "no earlier order of this customer with this product in the data";
        return order?.Number;
    }
}
