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
        var plan = ReplayPlan.Of(retail.Lines).Take(settings.Limit);
        using var journal = new ReplayJournal(Path.Combine(store.Folder.Data, "replays", $"{retail.Mark}.jsonl"));
        var known = plan.Invoices.Count(invoice => journal.Find(invoice.Number) is not null);
        if (known > 0) Console.WriteLine($"going on: {known} of {plan.Invoices.Count} invoices were placed before");
        var tokens = new BuyerTokens(store.Client, store.Operator, store.Clock);
        var customers = await Customers.RegisterAsync(plan.Invoices, store, stop);

        var began = store.Clock.GetTimestamp();
        var placing = new PlaceInvoices(store, tokens, customers, journal, retail.Mark);
        await Bar.RunAsync(
            "orders placed", plan.Invoices.Count,
            advance => placing.RunAsync(plan.Invoices, settings, advance, stop), store.Clock);
        var placedAfter = store.Clock.GetElapsedTime(began);

        var open = plan.Invoices.Where(invoice => journal.Find(invoice.Number) is { IsFinal: false }).ToList();
        var ends = new AwaitEnds(store, tokens, customers, journal);
        await Bar.RunAsync(
            "orders at their end", open.Count, advance => ends.RunAsync(open, settings, advance, stop), store.Clock);

        var summary = ReplaySummary.Of(
            retail, plan, journal, placing.Placed, placedAfter,
            store.Clock.GetElapsedTime(began), store.Client.Retries);
        var report = settings.Report ?? Path.Combine(store.Folder.Data, "reports", $"replay-{retail.Mark}.csv");
        ReportFile.Write(report, summary.Report);
        foreach (var line in summary.Lines(report)) Console.WriteLine(line);
        return summary.Open == 0 ? ExitCodes.Ok : ExitCodes.Failed;
    }
}
