using Tessera.TextDefaults;

namespace Tessera.Stories;

/// <summary>Makes one line of time out of what the services keep.</summary>
public static class TellStory
{
    /// <param name="now">By the clock of whoever tells it.</param>
    /// <returns>Null when Orders has no such order.</returns>
    public static OrderStory? From(StorySources sources, DateTimeOffset now)
    {
        if (sources.Order is { Value: null, IsSilent: false }) return null;
        var order = sources.Order.Value;
        var moments = OrderMoments(sources)
            .Concat(StockMoments(sources))
            .Concat(PaymentMoments(sources))
            .Concat(sources.Waiting.SelectMany(each => WaitingMoments(each.Key, each.Value.Value, now)))
            .OrderBy(moment => moment.At)
            .ToList();
        return new OrderStory(
            sources.Id, order?.State ?? "unknown", order?.CancelWords ?? order?.CancelReason, order?.Buyer ?? default,
            order?.TotalMinor ?? 0, order?.Currency ?? "", order?.Reference, order?.Note,
            [.. (order?.Lines ?? []).Select(line =>
                new StoryLine(line.Sku, line.Name, line.Quantity, line.UnitPriceMinor))],
            [.. WithTimeOnTheWay(moments)], FindWaits.In(sources, now), [.. Silent(sources)],
            (order?.Steps is [var placed, ..] ? placed.TraceId : null)
                ?? sources.Payment.Value?.TraceId ?? TraceOf(sources));
    }

    private static IEnumerable<StoryMoment> OrderMoments(StorySources sources)
    {
        var previous = "";
        foreach (var step in sources.Order.Value?.Steps ?? [])
        {
            var what = step.State != previous ? $"Order is {Words.Of(step.State)}" : Words.Heard(step.Because);
            yield return new StoryMoment(
                step.At, "orders", MomentKind.Order, what,
                step.State != previous ? Words.Because(step.Because) : null,
                EventOf(sources, "orders", step.Announced), step.State == "Cancelled" && step.State != previous,
                Actor: step.Actor, TraceId: step.TraceId);
            previous = step.State;
        }
    }

    private static IEnumerable<StoryMoment> StockMoments(StorySources sources) =>
        from step in sources.Stock.Value?.Steps ?? []
        select new StoryMoment(
            step.At, "inventory", MomentKind.Stock, Words.Stock(step.State), step.Because,
            EventOf(sources, "inventory", step.Announced), step.State == "Refused",
            TraceId: UnsentTraceOf(sources, "inventory", step.Announced));

    private static IEnumerable<StoryMoment> PaymentMoments(StorySources sources)
    {
        if (sources.Payment.Value is not { } payment) yield break;
        foreach (var step in payment.Steps)
        {
            string?[] details = [step.Attempt is { } number ? $"attempt {number}" : null, step.Because];
            var detail = string.Join(": ", details.Where(part => part is not null));
            yield return new StoryMoment(
                step.At, "payments", MomentKind.Payment, Words.Payment(step), detail.Length > 0 ? detail : null,
                EventOf(sources, "payments", step.Announced), step.What is "Unanswered" or "Declined",
                // The one in which it was asked for, and the provider ever since. Its cancellation came by another.
                TraceId: step.What is "OrderCancelled" or "Cancelled" ? null : payment.TraceId);
        }
    }

    private static IEnumerable<StoryMoment> WaitingMoments(string service, KeyWaiting? waiting, DateTimeOffset now)
    {
        if (waiting is null) yield break;
        foreach (var parked in waiting.Parked)
        {
            yield return new StoryMoment(
                parked.ParkedAt, service, MomentKind.Parked,
                parked.Attempts > 0 ? $"Could not handle {Words.Event(parked.Type)}" :
                    $"{Words.Event(parked.Type)} waits behind what is parked",
                parked.Attempts > 0 ? $"attempt {parked.Attempts}: {parked.Reason}" : null, IsTrouble: true,
                TraceId: TraceParents.TraceOf(parked.TraceParent));
        }
        foreach (var timer in waiting.Timers)
        {
            yield return new StoryMoment(
                timer.Due, service, MomentKind.Timer,
                timer.Due > now ? $"Timer {timer.Type} will be due" : $"Timer {timer.Type} is overdue",
                IsTrouble: timer.Due < now - FindWaits.Patience, TraceId: TraceParents.TraceOf(timer.TraceParent));
        }
    }

    /// <summary>What one service heard, another had done before: the time between is what the event took.</summary>
    private static IEnumerable<StoryMoment> WithTimeOnTheWay(List<StoryMoment> moments)
    {
        foreach (var moment in moments)
        {
            var type = Words.CauseOf(moment);
            var cause = type is null ? null
                : moments.LastOrDefault(other => other.Event?.Type == type && other.At <= moment.At)
                    // Nothing is heard before it was said; of several nobody knows which it was.
                    ?? (moments.FindAll(other => other.Event?.Type == type) is [var only] ? only : null);
            yield return cause is null || cause.Service == moment.Service ? moment
                : cause.At <= moment.At ? moment with { Took = moment.At - cause.At }
                : moment with { ClockAhead = cause.At - moment.At };
        }
    }

    private static StoryEvent? EventOf(StorySources sources, string service, string? type)
    {
        if (type is null) return null;
        if (sources.Waiting.GetValueOrDefault(service)?.Value is not { } waiting)
            return new StoryEvent(type, "unknown");
        var waits = waiting.Outbox.Any(row => row.Type == type);
        return new StoryEvent(type, !waits ? waiting.IsOutboxWhole ? "sent" : "unknown"
            : waiting.Held is null ? "waiting" : "held");
    }

    /// <summary>Of an event that waits to be sent: its row says in which trace it was published.</summary>
    private static string? UnsentTraceOf(StorySources sources, string service, string? type) => TraceParents.TraceOf(
        sources.Waiting.GetValueOrDefault(service)?.Value?.Outbox.FirstOrDefault(row => row.Type == type)?.TraceParent);

    private static IEnumerable<string> Silent(StorySources sources)
    {
        (string Service, bool IsSilent)[] all =
        [
            ("orders", sources.Order.IsSilent), ("inventory", sources.Stock.IsSilent),
            ("payments", sources.Payment.IsSilent),
            .. sources.Waiting.Select(each => (each.Key, each.Value.IsSilent)),
        ];
        return all.Where(each => each.IsSilent).Select(each => each.Service).Distinct();
    }

    private static string? TraceOf(StorySources sources) => sources.Waiting.Values
        .SelectMany(told => told.Value is { } waiting
            ? waiting.Outbox.Select(row => row.TraceParent).Concat(waiting.Parked.Select(row => row.TraceParent)) : [])
        .Select(TraceParents.TraceOf)
        .FirstOrDefault(trace => trace is not null);
}
