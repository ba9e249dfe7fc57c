using Tessera.Cli.Shop;
using Tessera.Orders.Contracts;

namespace Tessera.Cli.Retail;

/// <summary>Waits until each order has reached its end. One page of a customer's orders tells of many
/// at once.</summary>
internal sealed class AwaitEnds(Store store, BuyerTokens tokens, Customers customers, ReplayJournal journal)
{
    private const int PageSize = 100;
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(
        IReadOnlyList<Invoice> open, ReplaySettings settings, Action advance, CancellationToken stop)
    {
        var began = store.Clock.GetTimestamp();
        var waiting = open.GroupBy(invoice => invoice.Customer)
            .Select(group => (Customer: group.Key,
                Orders: group.ToDictionary(
                    invoice => journal.Find(invoice.Name)!.Order!.Value, invoice => invoice.Name)))
            .ToList();
        while (waiting.Count > 0)
        {
            var limits =
                new ParallelOptions { MaxDegreeOfParallelism = settings.Concurrency, CancellationToken = stop };
            await Parallel.ForEachAsync(
                waiting, limits, (each, end) => LookAsync(customers.Users[each.Customer], each.Orders, advance, end));
            waiting.RemoveAll(each => each.Orders.Count == 0);
            if (waiting.Count == 0 || store.Clock.GetElapsedTime(began) > settings.EndTimeout) return;
            await Task.Delay(_pause, store.Clock, stop);
        }
    }

    private async ValueTask LookAsync(
        Guid user, Dictionary<Guid, string> orders, Action advance, CancellationToken stop)
    {
        var before = "";
        while (orders.Count > 0)
        {
            var answer = await AsCustomerAsync(user, $"/api/v1/orders?size={PageSize}{before}", stop);
            if (answer is null)
            {
                orders.Clear(); // Nobody may look: they stay open in the summary.
                return;
            }
            if (!answer.IsSuccess) throw new UserError($"The orders of {user} could not be read: {answer.Problem()}");
            var found = answer.Read<OrderPage>();
            foreach (var order in found.Items)
            {
                if (!orders.TryGetValue(order.Id, out var invoice) || journal.Find(invoice) is not { } entry) continue;
                if (order.State is not ("Confirmed" or "Shipped" or "Cancelled")) continue;
                // Its cancellation is on its way.
                if (order.State == "Confirmed" && entry.Cancel == "cancelled") continue;
                journal.Write(await EndOfAsync(entry, order, user, stop));
                orders.Remove(order.Id);
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
        var why = answer is { IsSuccess: true } ? answer.Read<OrderView>().CancelReason : null;
        return entry with { End = order.State, Why = why ?? "unknown", Milliseconds = took };
    }

    /// <summary>Null when nobody may act for the customer, such as one who has been erased.</summary>
    private async Task<Answer?> AsCustomerAsync(Guid user, string path, CancellationToken stop)
    {
        if (await tokens.TryOfAsync(user, stop) is not { } token) return null;
        var answer = await store.Client.GetAsync(path, token, stop);
        if (answer.Status != 401) return answer;
        tokens.Forget(user);
        return await tokens.TryOfAsync(user, stop) is { } fresh
            ? await store.Client.GetAsync(path, fresh, stop)
            : null;
    }
}
