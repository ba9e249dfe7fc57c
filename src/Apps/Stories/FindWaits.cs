namespace Tessera.Stories;

/// <summary>What an order waits for, until when, and who must act.</summary>
internal static class FindWaits
{
    /// <summary>What is on its way for less than this is no trouble.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const string Nobody = "nobody";
    private const string Operator = "operator";

    public static IReadOnlyList<StoryWait> In(StorySources sources, DateTimeOffset now)
    {
        var waits = sources.Waiting
            .SelectMany(each => OfMessaging(sources.Id, each.Key, each.Value.Value, now))
            .Concat(OfPayment(sources, now))
            .Concat(OfSilence(sources))
            .ToList();
        // What an order waits for by its own life; said last, for what hinders it is among the others. What partners
        // are not told hinders no order.
        var isExplained = waits.Exists(wait => wait.IsTrouble && wait.Service != StorySources.Teller);
        waits.AddRange(OfOrder(sources, now, isExplained));
        return [.. waits.OrderByDescending(wait => wait.IsTrouble)];
    }

    private static IEnumerable<StoryWait> OfMessaging(
        Guid order, string service, KeyWaiting? waiting, DateTimeOffset now)
    {
        if (waiting is null) yield break;
        if (waiting.Parked is [var first, ..])
        {
            var followers = waiting.Parked.Count - 1;
            yield return new StoryWait(
                service,
                $"{Name(service)} could not handle {Words.Event(first.Type)}: {first.Reason}"
                    + (followers > 0 ? $" ({followers} wait behind it)" : ""),
                first.ParkedAt, null,
                first.ReplayAt is null ? Operator : Nobody,
                first.ReplayAt is null
                    ? $"Mend the cause, then replay it: tessera parked replay --service {service} --key {order}"
                        + (service == StorySources.Teller ? ". The order itself does not wait for it." : "")
                    : "It is being handled again.",
                IsTrouble: true);
        }
        if (waiting.Held is { } held)
        {
            yield return new StoryWait(
                service, $"The broker refuses what {Name(service)} says of this order: {held.Reason}",
                waiting.Outbox.Count > 0 ? waiting.Outbox[0].Time : null, held.RetryAt, Operator,
                $"It is tried again by itself ({held.Attempts} attempts so far); the broker must take it: "
                    + "look at its limits and rights.",
                IsTrouble: true);
        }
        else if (waiting.Outbox is [var unsent, ..])
        {
            var isLate = now - unsent.Time > Patience;
            yield return new StoryWait(
                service, $"{Name(service)} has said {Words.Event(unsent.Type)}, and the broker does not have it yet",
                unsent.Time, null, isLate ? Operator : Nobody,
                isLate ? "The broker is away, frozen or slow: look at it. Nothing is lost; it is sent by itself."
                    : "It is on its way.",
                isLate);
        }
        if (waiting.Timers.Any(timer => timer.Due < now - Patience))
        {
            var overdue = waiting.Timers.First(timer => timer.Due < now - Patience);
            yield return new StoryWait(
                service, $"The timer {overdue.Type} is overdue", overdue.Due, null, Operator,
                $"{Name(service)} does not work off its timers: look at its state and its log.", IsTrouble: true);
        }
    }

    private static IEnumerable<StoryWait> OfPayment(StorySources sources, DateTimeOffset now)
    {
        if (sources.Payment.Value is not { State: "Requested" or "Capturing" or "Refunding" } payment) yield break;
        var what = payment.State == "Refunding" ? "give the money back" : "capture the payment";
        var trouble = payment.Steps.LastOrDefault(step =>
            step.What == "Unanswered" && step.IsRefund == (payment.State == "Refunding"));
        yield return trouble is null
            ? new StoryWait(
                "payments", $"The payment provider is asked to {what}",
                payment.Steps.Count > 0 ? payment.Steps[^1].At : null, payment.DueAt, Nobody,
                "It is asked again by itself.", payment.DueAt < now - Patience)
            : new StoryWait(
                "payments", $"The payment provider did not {what}: {trouble.Because} (attempt {trouble.Attempt})",
                trouble.At, payment.DueAt, Operator,
                "It is asked again by itself with the same key, so nothing moves twice. If it stays so, settle it with "
                    + "the provider.",
                IsTrouble: true);
    }

    private static IEnumerable<StoryWait> OfSilence(StorySources sources)
    {
        (string Service, string? Fault)[] all =
        [
            ("orders", sources.Order.Fault), ("inventory", sources.Stock.Fault), ("payments", sources.Payment.Fault),
        ];
        return
            from each in all
            where each.Fault is not null
            select new StoryWait(
                each.Service, $"{Name(each.Service)} does not answer: {each.Fault}", null, null, Operator,
                $"Start it, or look why it fails: tessera start {each.Service}, tessera logs {each.Service}",
                IsTrouble: true);
    }

    private static IEnumerable<StoryWait> OfOrder(StorySources sources, DateTimeOffset now, bool isExplained)
    {
        if (sources.Order.Value is not { } order) yield break;
        var since = order.Steps.Count > 0 ? order.Steps[^1].At : (DateTimeOffset?)null;
        var timers = sources.Waiting.GetValueOrDefault("orders")?.Value?.Timers ?? [];
        DateTimeOffset? Due(string type) => timers.FirstOrDefault(timer => timer.Type == type)?.Due;
        var isLate = !isExplained && now - since > Patience;
        switch (order.State)
        {
            case "Placed":
                yield return new StoryWait(
                    "inventory", "Inventory is to reserve the stock", since, Due("StockOverdue"), Nobody,
                    "Without an answer until then the order is cancelled by itself.", isLate);
                break;
            case "StockReserved":
                yield return new StoryWait(
                    "payments", "Payments is to capture the payment", since, Due("PaymentOverdue"), Nobody,
                    "Without an answer until then the order is cancelled by itself.", isLate);
                break;
            case "Confirmed" when !order.StockCommitted:
                yield return new StoryWait(
                    "inventory", "Inventory is to take the stock from the shelf", since, null, Nobody,
                    "It follows by itself.", isLate);
                break;
            case "Confirmed":
                yield return new StoryWait(
                    "orders", "The order is ready to be sent", since, null, Operator, "Pack it, and ship the order.",
                    IsTrouble: false);
                break;
            case "Cancelled":
                if (sources.Stock.Value is { State: "Held" or "Committed" } stock)
                {
                    yield return new StoryWait(
                        "inventory", "Inventory is to release the stock", since, stock.ExpiresAt, Nobody,
                        "It follows by itself.", isLate);
                }
                if (sources.Payment.Value is { State: "Captured" })
                {
                    yield return new StoryWait(
                        "payments", "Payments is to give the money back", since, null, Nobody,
                        "It follows by itself.", isLate);
                }
                break;
        }
    }

    private static string Name(string service) => char.ToUpperInvariant(service[0]) + service[1..];
}
