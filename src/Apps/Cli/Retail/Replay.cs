using Tessera.Cli.Shop;

namespace Tessera.Cli.Retail;

internal sealed record ReplaySettings(int Concurrency, double? Rate, int? Limit, TimeSpan EndTimeout, string? Report);

/// <summary>Places the invoices of a file as their customers, through the gateway, and waits for
/// what becomes of them.</summary>
internal static class Replay
{
    public static async Task<int> RunAsync(
        RetailFile retail, Store store, ReplaySettings settings, CancellationToken stop)
    {
        var report = settings.Report ?? Path.Combine(store.Folder.Data, "reports", $"replay-{retail.Mark}.csv");
        if (retail.Lines.Count == 0) throw ReportFile.NothingUsed(retail, report);
        ReportFile.CheckWritable(report);
        using var journal = new ReplayJournal(Path.Combine(store.Folder.Data, "replays"));
        var plan = ReplayPlan.Of(retail.Lines, journal.Cancelled).Take(settings.Limit);
        var known = plan.Invoices.Count(invoice => journal.Find(invoice.Name)?.Order is not null);
        if (known > 0) Console.WriteLine($"going on: {known} of {plan.Invoices.Count} orders were placed before");
        var tokens = new BuyerTokens(store.Client, store.Scripts, store.Clock);
        var customers = await Customers.RegisterAsync(plan.Invoices, store, stop);

        var began = store.Clock.GetTimestamp();
        var placing = new PlaceInvoices(store, tokens, customers, journal);
        await Bar.RunAsync(
            "orders placed", plan.Invoices.Count,
            advance => placing.RunAsync(plan.Invoices, settings, advance, stop), store.Clock);
        var placedAfter = store.Clock.GetElapsedTime(began);

        var open = plan.Invoices
            .Where(invoice => journal.Find(invoice.Name) is { IsFinal: false } entry && entry.IsOf(invoice)
                && customers.Users.ContainsKey(invoice.Customer)).ToList();
        var ends = new AwaitEnds(store, tokens, customers, journal);
        await Bar.RunAsync(
            "orders at their end", open.Count, advance => ends.RunAsync(open, settings, advance, stop), store.Clock);

        var summary = ReplaySummary.Of(
            retail, plan, journal, placing.Placed, placedAfter,
            store.Clock.GetElapsedTime(began), store.Client.Retries);
        ReportFile.Write(report, summary.Report);
        foreach (var line in summary.Lines(report)) Console.WriteLine(line);
        return summary is { Open: 0, Changed: 0 } && summary.Placed > 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
