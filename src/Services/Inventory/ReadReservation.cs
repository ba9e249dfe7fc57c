using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;

namespace Tessera.Inventory;

/// <summary>GET /stock/orders/{order}/history: what an order held of the stock, for operators.</summary>
internal static class ReadReservation
{
    public static async Task<Results<Ok<ReservationHistoryView>, ProblemHttpResult>> Handle(
        Guid order, IDatabase database, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select state, lines, expires_at, changed_at, reserved_at, committed_at, because
            from reservations where order_id = $1
            """,
            [order],
            row => new Kept(
                Enum.Parse<ReservationState>(row.GetString(0)), row.GetString(1), row.GetTimeOrNull(2), row.GetTime(3),
                row.GetTimeOrNull(4), row.GetTimeOrNull(5), row.GetStringOrNull(6)),
            stop);
        if (found.Count == 0)
            return TypedResults.Problem($"Inventory has not heard of an order {order}.", statusCode: 404);
        var kept = found[0];
        var lines = JsonSerializer.Deserialize<ReservedLineView[]>(kept.Lines, JsonSerializerOptions.Web) ?? [];
        return TypedResults.Ok(new ReservationHistoryView(
            order, kept.State.ToString(), lines,
            kept.State == ReservationState.Held ? kept.ExpiresAt : null, [.. Steps(kept)]));
    }

    /// <summary>Of a reservation from before times were kept, the last step alone is known.</summary>
    private static IEnumerable<ReservationStepView> Steps(Kept kept)
    {
        var held = kept.ExpiresAt is not null; // Only what was held had an end.
        if (kept.ReservedAt is { } reserved)
            yield return Step(reserved, held ? ReservationState.Held : kept.State, held ? null : kept.Because);
        if (kept.CommittedAt is { } committed) yield return Step(committed, ReservationState.Committed, null);
        var isTold = kept.State == ReservationState.Committed ? kept.CommittedAt is not null
            : kept.State != ReservationState.Released && kept.ReservedAt is not null;
        if (!isTold) yield return Step(kept.ChangedAt, kept.State, kept.Because);
    }

    private static ReservationStepView Step(DateTimeOffset at, ReservationState state, string? because) =>
        new(at, state.ToString(), because, EventOf(state));

    private static string? EventOf(ReservationState state) => state switch
    {
        ReservationState.Held => StockReserved.EventType,
        ReservationState.Committed => StockCommitted.EventType,
        ReservationState.Released => StockReleased.EventType,
        ReservationState.Refused => StockRefused.EventType,
        _ => null,
    };

    private sealed record Kept(
        ReservationState State, string Lines, DateTimeOffset? ExpiresAt, DateTimeOffset ChangedAt,
        DateTimeOffset? ReservedAt, DateTimeOffset? CommittedAt, string? Because);
}
