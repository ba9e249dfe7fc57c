using Tessera.Cli.Shop;
using Tessera.Orders.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>Waits until each order has reached its end. One page of a customer's orders tells of many
/// at once.</summary>
internal sealed class AwaitEnds(
    Store store, BuyerTokens tokens, IReadOnlyDictionary<string, Guid> customers, ReplayJournal journal)
{
    private const int PageSize = 100;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(
        IReadOnlyList<Invoice> open, ReplaySettings settings, Action advance, CancellationToken stop)
    {
        var began = store.Clock.GetTimestamp();
        var waiting = open.GroupBy(invoice => invoice.Customer)
            .Select(group => (Customer: group.Key,
                Invoices: group.Select(invoice => invoice.Number).ToHashSet(StringComparer.Ordinal))).ToList();
        while (waiting.Count > 0)
        {
            var limits =
                new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = stop };
            await Parallel.ForEachAsync(
                waiting, limits, (each, end) => LookAsync(customers[each.Customer], each.Invoices, advance, end));
            waiting.RemoveAll(each => each.Invoices.Count == 0);
            if (waiting.Count == 0 || store.Clock.GetElapsedTime(began) > settings.EndTimeout) return;
            await Task.Delay(_pause, store.Clock, stop);
        }
    }

    private async ValueTask LookAsync(Guid user, HashSet<string> invoices, Action advance, CancellationToken stop)
    {
        var before = "";
        while (invoices.Count > 0)
        {
            var answer = await AsCustomerAsync(user, $"/api/v1/orders?size={PageSize}{before}", stop);
            if (!answer.IsSuccess) throw new UserError($"The orders of {user} could not be read: {answer.Problem()}");
            var found = answer.Read<OrderPage>();
            foreach (var order in found.Items)
            {
                if (order.Reference is null || !invoices.Contains(order.Reference)) continue;
                if (journal.Find(order.Reference) is not { } entry || entry.Order != order.Id) continue;
                if (order.State is not ("Confirmed" or "Shipped" or "Cancelled")) continue;
                // Its cancellation is on its way.
                if (order.State == "Confirmed" && entry.Cancel == "cancelled") continue;
                journal.Write(await EndOfAsync(entry, order, user, stop));
                invoices.Remove(order.Reference);
                advance();
            }
            if (found.Next is null) return;
            before = "&before=" + found.Next;
        }
    }

    private async Task<JournalEntry> EndOfAsync(
        JournalEntry entry, OrderSummary order, Guid user, CancellationToken stop)
    {
        var took = order.ConfirmedAt is { } confirmed ? (confirmed - order.PlacedAt).TotalMilliseconds : (double?)null;
        if (order.State != "Cancelled") return entry with { End = order.State, Milliseconds = took };
        var answer = await AsCustomerAsync(user, $"/api/v1/orders/{order.Id}", stop);
        var why = answer.IsSuccess ? answer.Read<OrderView>().CancelReason : null;
        return entry with { End = order.State, Why = why ?? "unknown", Milliseconds = took };
    }

    private async Task<Answer> AsCustomerAsync(Guid user, string path, CancellationToken stop)
    {
        var answer = await store.Client.GetAsync(path, await tokens.OfAsync(user, stop), stop);
        if (answer.Status != 401) return answer;
        tokens.Forget(user);
        return await store.Client.GetAsync(path, await tokens.OfAsync(user, stop), stop);
    }
}
