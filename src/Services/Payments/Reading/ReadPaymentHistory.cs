using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Payments.Contracts;
using Tessera.TextDefaults;

namespace Tessera.Payments;

/// <summary>GET /payments/orders/{order}/history: what became of an order's payment, for operators. The times of money
/// come from the ledger, those of failed attempts from their own table.</summary>
internal static class ReadPaymentHistory
{
    public static async Task<Results<Ok<PaymentHistoryView>, ProblemHttpResult>> Handle(
        Guid order, IDatabase database, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select id, state, amount_minor, captured_minor, refunded_minor, currency, decline_reason, attempts, due_at,
                cancel_requested, traceparent, requested_at, asked_at, changed_at, cancelled_at
            from payments where order_id = $1
            """,
            [order],
            row => new Kept(
                new PaymentHistoryView(
                    row.GetGuid(0), order, row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4),
                    row.GetString(5), row.GetStringOrNull(6), row.GetInt32(7), row.GetTimeOrNull(8),
                    row.GetBoolean(9), TraceParents.TraceOf(row.GetStringOrNull(10)), []),
                row.GetTime(11), row.GetTimeOrNull(12), row.GetTimeOrNull(13), row.GetTimeOrNull(14)),
            stop);
        if (found.Count == 0)
        {
            return TypedResults.Problem(
                $"Payments has not been asked for a payment of order {order}.", statusCode: 404);
        }
        var kept = found[0];
        var troubles = await TroublesAsync(database, kept.View.Id, stop);
        var steps = Own(kept)
            // Of the last attempt, that it failed says more than that it was made.
            .Where(step => step.What != "Asked"
                || !troubles.Any(trouble => (trouble.Attempt, trouble.IsRefund) == (step.Attempt, step.IsRefund)))
            .Concat(await BookingsAsync(database, kept.View.Id, stop))
            .Concat(troubles)
            .OrderBy(step => step.At);
        return TypedResults.Ok(kept.View with { Steps = [.. steps] });
    }

    private static IEnumerable<PaymentStepView> Own(Kept kept)
    {
        var state = Enum.Parse<PaymentState>(kept.View.State);
        // What the cancellation of the order made, before any request came, asks for nothing.
        if (state == PaymentState.Cancelled && kept.ChangedAt is null)
        {
            yield return new PaymentStepView(kept.RequestedAt, "Cancelled");
            yield break;
        }
        yield return new PaymentStepView(kept.RequestedAt, "Requested", AmountMinor: kept.View.AmountMinor);
        if (kept.AskedAt is { } asked && state is PaymentState.Capturing or PaymentState.Refunding
            && kept.View.Attempts > 0)
        {
            yield return new PaymentStepView(
                kept.AskedAt.Value, "Asked", Attempt: kept.View.Attempts, IsRefund: state == PaymentState.Refunding);
        }
        if (kept.CancelledAt is { } cancelled && state != PaymentState.Cancelled)
            yield return new PaymentStepView(cancelled, "OrderCancelled");
        if (state == PaymentState.Cancelled) yield return new PaymentStepView(kept.ChangedAt!.Value, "Cancelled");
        if (state == PaymentState.Declined && kept.ChangedAt is { } declined)
        {
            yield return new PaymentStepView(
                declined, "Declined", kept.View.DeclineReason, Announced: PaymentDeclined.EventType);
        }
    }

    private static async Task<IEnumerable<PaymentStepView>> BookingsAsync(
        IDatabase database, Guid payment, CancellationToken stop) => await database.QueryAsync(
        """
        select movement, max(booked_at), max(amount_minor) from ledger where payment_id = $1 group by movement
        """,
        [payment],
        row => row.GetString(0) == Ledger.CaptureMovement
            ? new PaymentStepView(
                row.GetTime(1), "Captured", AmountMinor: row.GetInt64(2), Announced: PaymentCaptured.EventType)
            : new PaymentStepView(
                row.GetTime(1), "Refunded", AmountMinor: row.GetInt64(2), IsRefund: true,
                Announced: PaymentRefunded.EventType),
        stop);

    private static async Task<List<PaymentStepView>> TroublesAsync(
        IDatabase database, Guid payment, CancellationToken stop) => await database.QueryAsync(
        $"""
        select at, reason, attempt, is_refund from payment_troubles where payment_id = $1
        order by at desc limit {PaymentClaims.TroublesMax}
        """,
        [payment],
        row => new PaymentStepView(
            row.GetTime(0), "Unanswered", row.GetString(1), Attempt: row.GetInt32(2), IsRefund: row.GetBoolean(3)),
        stop);

    private sealed record Kept(
        PaymentHistoryView View, DateTimeOffset RequestedAt, DateTimeOffset? AskedAt, DateTimeOffset? ChangedAt,
        DateTimeOffset? CancelledAt);
}
