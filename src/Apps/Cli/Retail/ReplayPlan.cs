namespace Tessera.Cli.Retail;

/// <summary>What the file makes of its lines: orders to place, in the order of their dates, and
/// which are cancelled.</summary>
/// <param name="Invoices">The parts of one invoice stand together.</param>
internal sealed record ReplayPlan(
    IReadOnlyList<Invoice> Invoices, IReadOnlyList<Cancellation> Cancellations, int Guests)
{
    private const string GuestPrefix = "guest-";

    /// <param name="earlier">Which order each cancellation has cancelled before, by its number: in a file with more
    /// lines it might meet another one, and would cancel a second order.</param>
    public static ReplayPlan Of(IReadOnlyList<RetailLine> lines, IReadOnlyDictionary<string, string>? earlier = null)
    {
        var groups = lines.GroupBy(line => line.Invoice).ToList();
        var invoices = groups.Where(group => !group.First().IsCancellation).SelectMany(ToInvoices).ToList();
        var cancelled = (earlier ?? new Dictionary<string, string>())
            .DistinctBy(each => each.Value).ToDictionary(each => each.Value, each => each.Key, StringComparer.Ordinal);
        var cancellations = new List<Cancellation>();
        var byCustomer = invoices.ToLookup(invoice => invoice.Customer);
        foreach (var group in groups.Where(group => group.First().IsCancellation))
        {
            string? reason = null;
            if (earlier is null || !earlier.TryGetValue(group.Key, out var order))
            {
                order = Match(group, byCustomer, cancelled, out reason);
                if (order is not null) cancelled.Add(order, group.Key);
            }
            cancellations.Add(new Cancellation(group.Key, order, reason));
        }
        return new ReplayPlan(
            [.. invoices.Select(invoice => invoice with { CancelledBy = cancelled.GetValueOrDefault(invoice.Number) })],
            cancellations,
            CountGuests(invoices));
    }

    /// <summary>The first <paramref name="limit"/> invoices, and the cancellations among them.</summary>
    public ReplayPlan Take(int? limit)
    {
        if (limit is not { } count) return this;
        var numbers = Invoices.Select(invoice => invoice.Number).Distinct().Take(count)
            .ToHashSet(StringComparer.Ordinal);
        var kept = Invoices.Where(invoice => numbers.Contains(invoice.Number)).ToList();
        if (kept.Count == Invoices.Count) return this;
        return new ReplayPlan(
            kept, [.. Cancellations.Where(each => each.Order is not null && numbers.Contains(each.Order))],
            CountGuests(kept));
    }

    private static int CountGuests(IEnumerable<Invoice> invoices) =>
        invoices.Count(invoice => invoice.Part == 1 && invoice.Customer == GuestOf(invoice.Number));

    private static string GuestOf(string invoice) => GuestPrefix + invoice;

    /// <summary>A number that could be a guest's name is told apart by a quote, which no number holds.</summary>
    private static string NameOf(string customer) => customer.StartsWith(GuestPrefix, StringComparison.Ordinal)
        ? string.Concat("guest\"", customer.AsSpan(GuestPrefix.Length))
        : customer;

    private static IEnumerable<Invoice> ToInvoices(IGrouping<string, RetailLine> group)
    {
        var first = group.First();
        var customer = first.Customer.Length > 0 ? NameOf(first.Customer) : GuestOf(group.Key);
        var lines = group.GroupBy(line => line.Sku)
            // More than the shop sells at a time is refused by the shop.
            .Select(same => new InvoiceLine(
                same.Key, (int)Math.Min(int.MaxValue, same.Sum(line => (long)line.Quantity))))
            .OrderBy(line => line.Sku, StringComparer.Ordinal).ToList();
        var parts = (lines.Count + Invoice.LinesMax - 1) / Invoice.LinesMax;
        return lines.Chunk((lines.Count + parts - 1) / parts).Select((part, at) => new Invoice(
            group.Key, at + 1, parts, customer, first.Country, first.Date, part));
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
        var order = byCustomer[NameOf(first.Customer)]
            .Where(invoice => invoice.Date <= first.Date && !cancelled.ContainsKey(invoice.Number))
            .LastOrDefault(invoice => invoice.Lines.Any(line => skus.Contains(line.Sku)));
        if (order is null) reason = "no earlier order of this customer with this product in the data";
        return order?.Number;
    }
}
