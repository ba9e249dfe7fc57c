using System.Globalization;

namespace Tessera.Cli.Retail;

/// <summary>What a replay came to, over all its runs.</summary>
internal sealed record ReplaySummary(
    int Invoices, int Guests, int Placed, int PlacedNow, int Changed, int Confirmed,
    IReadOnlyList<(string Reason, int Count)> Cancelled,
    IReadOnlyList<(string Reason, int Count)> Refused, int Open, int Cancellations, int CancellationsDone,
    IReadOnlyList<(string Reason, int Count)> CancellationsNot, int UnusableLines,
    IReadOnlyList<(string Reason, int Count)> UnusableReasons, double? P50, double? P99,
    TimeSpan PlacedAfter, TimeSpan EndedAfter, long Retries, IReadOnlyList<ReportRow> Report)
{
    public static ReplaySummary Of(
        RetailFile retail, ReplayPlan plan, ReplayJournal journal,
        int placedNow, TimeSpan placedAfter, TimeSpan endedAfter, long retries)
    {
        var entries = plan.Invoices
            .Select(invoice => (Invoice: invoice, Entry: journal.Find(invoice.Name)))
            .Where(each => each.Entry is not null)
            // Of an invoice that has changed, the journal tells what became of the former one.
            .Select(each => each.Entry!.IsOf(each.Invoice)
                ? each.Entry with { Invoice = each.Invoice.Reference }
                : new JournalEntry(each.Invoice.Reference, Refused: JournalEntry.Changed)).ToList();
        var took = entries.Select(entry => entry.Milliseconds).OfType<double>().Order().ToList();
        var notCancelled = plan.Cancellations
            .Select(each => (each.Number, Why: WhyNot(each, journal)))
            .Where(each => each.Why is not null).ToList();
        List<ReportRow> report =
        [
            .. ReportFile.Lines(retail.Unusable),
            .. entries.Where(entry => entry.Refused is not null)
                .Select(entry => new ReportRow("order", entry.Invoice, null, null, entry.Refused!)),
            .. entries.Where(entry => entry.End == "Cancelled")
                .Select(entry => new ReportRow("order", entry.Invoice, null, null, "cancelled: " + entry.Why)),
            .. notCancelled.Select(each => new ReportRow("cancellation", each.Number, null, null, each.Why!)),
        ];
        return new ReplaySummary(
            plan.Invoices.DistinctBy(invoice => invoice.Number).Count(), plan.Guests,
            entries.Count(entry => entry.Order is not null), placedNow,
            entries.Count(entry => entry.Refused == JournalEntry.Changed),
            entries.Count(entry => entry.End is "Confirmed" or "Shipped"),
            [.. ReportFile.Count(entries.Where(entry => entry.End == "Cancelled").Select(entry => entry.Why!))],
            [.. ReportFile.Count(entries.Select(entry => entry.Refused).OfType<string>())],
            entries.Count(entry => !entry.IsFinal), plan.Cancellations.Count,
            plan.Cancellations.Count - notCancelled.Count,
            [.. ReportFile.Count(notCancelled.Select(each => each.Why!))], retail.Unusable.Count,
            [.. ReportFile.Count(retail.Unusable.Select(line => line.Reason))],
            Percentile(took, 0.50), Percentile(took, 0.99), placedAfter, endedAfter, retries, report);
    }

    /// <summary>The smallest value that at least this share of all does not exceed; null of nothing.</summary>
    public static double? Percentile(IReadOnlyList<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Count) - 1, 0, sorted.Count - 1)];

    public IEnumerable<string> Lines(string report)
    {
        yield return Text($"invoices       {Invoices} ({Guests} without a customer: placed as guests)");
        yield return Text($"placed         {Placed} ({PlacedNow} now), {Retries} requests sent again");
        yield return Text($"confirmed      {Confirmed}");
        yield return Text($"cancelled      {Cancelled.Sum(each => each.Count)}");
        foreach (var line in Indented(Cancelled)) yield return line;
        yield return Text($"refused        {Refused.Sum(each => each.Count)}");
        foreach (var line in Indented(Refused)) yield return line;
        yield return Text($"open           {Open}");
        yield return Text($"cancellations  {Cancellations} in the data, {CancellationsDone} done");
        foreach (var line in Indented(CancellationsNot)) yield return line;
        yield return Text($"unusable lines {UnusableLines} (all of them in {report})");
        foreach (var line in Indented(UnusableReasons)) yield return line;
        if (PlacedNow > 0)
        {
            var (placed, ended) = (PlacedNow / PlacedAfter.TotalSeconds, PlacedNow / EndedAfter.TotalSeconds);
            yield return Text($"speed          {placed:0.0} orders/s placed, {ended:0.0} orders/s to their end");
        }
        if (P50 is not null) yield return Text($"confirmed in   p50 {P50:0.0} ms, p99 {P99:0.0} ms after placing");
    }

    private static string? WhyNot(Cancellation cancellation, ReplayJournal journal)
    {
        if (cancellation.Order is null) return cancellation.Reason;
        if (journal.Find(cancellation.Order) is not { Order: not null } entry) return "its order was not placed";
        return entry.Cancel switch
        {
            "cancelled" => null,
            null => "not asked for yet",
            var problem => problem,
        };
    }

    private static IEnumerable<string> Indented(IEnumerable<(string Reason, int Count)> reasons) =>
        reasons.Select(each => Text($"               {each.Count,6}  {each.Reason}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
