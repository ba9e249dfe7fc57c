using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>GET /orders/{id}/history: what became of an order, for operators, from what is kept as long as the order.
/// </summary>
internal static class ReadHistory
{
    public static async Task<Results<Ok<OrderHistoryView>, ProblemHttpResult>> Handle(
        Guid id, IDatabase database, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select buyer, state, cancel_reason, cancel_words, note, total_minor, currency, payment_method,
                stock_committed, reference, lines
            from orders where id = $1
            """,
            [id],
            row => new OrderHistoryView(
                id, row.GetGuid(0), row.GetString(1), row.GetStringOrNull(2), row.GetStringOrNull(3),
                row.GetStringOrNull(4), row.GetInt64(5), row.GetString(6), row.GetString(7), row.GetBoolean(8),
                row.GetStringOrNull(9), OrderViews.Lines(OrderViews.Lines(row.GetString(10))), []),
            stop);
        if (found.Count == 0) return TypedResults.Problem($"There is no order {id}.", statusCode: 404);
        var steps = await database.QueryAsync(
            "select at, state, because, actor, trace_id from order_history where order_id = $1 order by version",
            [id],
            row => new OrderStepView(
                row.GetTime(0), row.GetString(1), row.GetString(2), row.IsNull(3) ? null : row.GetGuid(3), null,
                row.GetStringOrNull(4)),
            stop);
        return TypedResults.Ok(found[0] with { Steps = WithEvents(steps) });
    }

    /// <summary>An entry that entered a state announced it; others only say that something was heard.</summary>
    private static OrderStepView[] WithEvents(List<OrderStepView> steps) =>
    [
        .. steps.Select((step, at) => at > 0 && steps[at - 1].State == step.State
            ? step
            : step with { Announced = OrderProgress.EventOf(Enum.Parse<OrderState>(step.State)) }),
    ];
}
