using Tessera.Cli.Shop;
using Tessera.Orders.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>Places each invoice once, however often it is run, and cancels what the data cancels.</summary>
internal sealed class PlaceInvoices(
    Store store, BuyerTokens tokens, IReadOnlyDictionary<string, Guid> customers, ReplayJournal journal, string mark)
{
    private int _placed;

    /// <summary>Orders placed by this run.</summary>
    public int Placed => _placed;

    public async Task RunAsync(
        IReadOnlyList<Invoice> invoices, ReplaySettings settings, Action advance, CancellationToken stop)
    {
        var began = store.Clock.GetTimestamp();
        var started = 0;
        var limits = new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = stop };
        await Parallel.ForEachAsync(invoices, limits, async (invoice, end) =>
        {
            var entry = journal.Find(invoice.Number);
            if (entry is null)
            {
                if (settings.Rate is { } rate)
                {
                    var due = TimeSpan.FromSeconds((Interlocked.Increment(ref started) - 1) / rate);
                    var ahead = due - store.Clock.GetElapsedTime(began);
                    if (ahead > TimeSpan.Zero) await Task.Delay(ahead, store.Clock, end);
                }
                entry = await PlaceAsync(invoice, end);
            }
            if (invoice.CancelledBy is not null && entry is { Order: { } order, Cancel: null })
                journal.Write(entry with { Cancel = await CancelAsync(invoice, order, end) });
            advance();
        });
    }

    private async Task<JournalEntry> PlaceAsync(Invoice invoice, CancellationToken stop)
    {
        var request = new PlaceOrderRequest(
            [.. invoice.Lines.Select(line => new PlaceOrderLine(line.Sku, line.Quantity))], Reference: invoice.Number);
        var answer = await AsCustomerAsync(invoice, "/api/v1/orders", request, $"replay-{mark}-{invoice.Number}", stop);
        var entry = answer.IsSuccess
            ? new JournalEntry(invoice.Number, answer.Read<OrderView>().Id)
            : answer.MayHelpToRetry
                ? throw new UserError(
                    $"The order {invoice.Number} could not be placed: {answer.Problem()} The next run goes on here.")
                : new JournalEntry(invoice.Number, Refused: answer.Problem());
        if (entry.Order is not null) Interlocked.Increment(ref _placed);
        journal.Write(entry);
        return entry;
    }

    private async Task<string> CancelAsync(Invoice invoice, Guid order, CancellationToken stop)
    {
        var answer = await AsCustomerAsync(invoice, $"/api/v1/orders/{order}/cancel", null, null, stop);
        if (answer.IsSuccess) return "cancelled";
        return answer.MayHelpToRetry
            ? throw new UserError(
                $"The order {invoice.Number} could not be cancelled: {answer.Problem()} The next run goes on here.")
            : answer.Problem();
    }

    private async Task<Answer> AsCustomerAsync(
        Invoice invoice, string path, object? body, string? key, CancellationToken stop)
    {
        var user = customers[invoice.Customer];
        var answer = await store.Client.PostAsync(path, body, await tokens.OfAsync(user, stop), stop, key);
        if (answer.Status != 401) return answer;
        tokens.Forget(user);
        return await store.Client.PostAsync(path, body, await tokens.OfAsync(user, stop), stop, key);
    }
}
