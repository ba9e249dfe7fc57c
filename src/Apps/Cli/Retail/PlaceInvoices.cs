using Tessera.Cli.Shop;
using Tessera.Orders.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>Places each invoice once, however often it is run and whatever file it stands in, and cancels what the
/// data cancels.</summary>
internal sealed class PlaceInvoices(Store store, BuyerTokens tokens, Customers customers, ReplayJournal journal)
{
    /// <summary>One order that always fails must not keep the rest from being placed; a store that fails with all
    /// of them is not asked thousands of times.</summary>
    private const int FailuresMax = 10;

    private int _placed;
    private int _failures;

    /// <summary>Orders placed by this run.</summary>
    public int Placed => _placed;

    public async Task RunAsync(
        IReadOnlyList<Invoice> invoices, ReplaySettings settings, Action advance, CancellationToken stop)
    {
        var began = store.Clock.GetTimestamp();
        var started = 0;
        var limits = new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = stop };
        await Parallel.ForEachAsync(invoices.GroupBy(invoice => invoice.Number), limits, async (parts, end) =>
        {
            string? refused = null;
            foreach (var part in parts)
            {
                var entry = journal.Find(part.Name);
                if (entry?.Order is null)
                {
                    if (settings.Rate is { } rate)
                    {
                        var due = TimeSpan.FromSeconds((Interlocked.Increment(ref started) - 1) / rate);
                        var ahead = due - store.Clock.GetElapsedTime(began);
                        if (ahead > TimeSpan.Zero) await Task.Delay(ahead, store.Clock, end);
                    }
                    entry = refused is null ? await PlaceAsync(part, end) : Refusal(part, refused);
                    journal.Write(entry);
                }
                refused = entry.IsOf(part) ? entry.Refused : JournalEntry.Changed; // What follows is not bought either.
                if (refused is null && part.CancelledBy is not null && entry is { Order: { } order, Cancel: null })
                {
                    journal.Write(
                        entry with { Cancel = await CancelAsync(part, order, end), CancelledBy = part.CancelledBy });
                }
                advance();
            }
        });
    }

    private async Task<JournalEntry> PlaceAsync(Invoice invoice, CancellationToken stop)
    {
        if (!customers.Users.TryGetValue(invoice.Customer, out var user))
            return Refusal(invoice, WhyNobody(invoice));
        var request = new PlaceOrderRequest(
            [.. invoice.Lines.Select(line => new PlaceOrderLine(line.Sku, line.Quantity))],
            Reference: invoice.Reference);
        var answer = await AsCustomerAsync(user, "/api/v1/orders", request, invoice.KeyFor("invoice"), stop);
        if (answer is null) return Refusal(invoice, "nobody may act for its customer");
        if (answer.IsSuccess)
        {
            Interlocked.Increment(ref _placed);
            return new JournalEntry(invoice.Name, answer.Read<OrderView>().Id, Digest: invoice.Digest);
        }
        if (answer.MayHelpToRetry && Interlocked.Increment(ref _failures) > FailuresMax)
        {
            throw new UserError(
                $"{FailuresMax} orders could not be placed, and now {invoice.Reference}: {answer.Problem()} " +
                "The next run goes on here.");
        }
        return Refusal(invoice, answer.IsKeyUsed ? JournalEntry.Changed : answer.Problem());
    }

    private string WhyNobody(Invoice invoice) =>
        customers.Refused.GetValueOrDefault(invoice.Customer, "its customer has no account");

    private static JournalEntry Refusal(Invoice invoice, string why) =>
        new(invoice.Name, Refused: why, Digest: invoice.Digest);

    private async Task<string> CancelAsync(Invoice invoice, Guid order, CancellationToken stop)
    {
        if (!customers.Users.TryGetValue(invoice.Customer, out var user)) return WhyNobody(invoice);
        var answer = await AsCustomerAsync(
            user, $"/api/v1/orders/{order}/cancel", null, null, stop);
        if (answer is null) return "nobody may act for its customer";
        if (answer.IsSuccess) return "cancelled";
        return answer.MayHelpToRetry
            ? throw new UserError(
                $"The order {invoice.Reference} could not be cancelled: {answer.Problem()} The next run goes on here.")
            : answer.Problem();
    }

    /// <summary>Null when nobody may act for the customer, such as one who has been erased.</summary>
    private async Task<Answer?> AsCustomerAsync(
        Guid user, string path, object? body, string? key, CancellationToken stop)
    {
        if (await tokens.TryOfAsync(user, stop) is not { } token) return null;
        var answer = await store.Client.PostAsync(path, body, token, stop, key);
        if (answer.Status != 401) return answer;
        tokens.Forget(user);
        return await tokens.TryOfAsync(user, stop) is { } fresh
            ? await store.Client.PostAsync(path, body, fresh, stop, key)
            : null;
    }
}
