using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>Reads of orders, outside a transaction.</summary>
internal sealed class PlacedOrders(IDatabase database)
{
    public async Task<(string RequestHash, OrderView View)?> FindByKeyAsync(
        Guid buyer, string idempotencyKey, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select id, buyer, total_minor, currency, placed_at, lines, reference, request_hash from orders
            where buyer = $1 and idempotency_key = $2
            """,
            [buyer, idempotencyKey],
            row =>
            {
                var order = new Order
                {
                    Id = row.GetGuid(0),
                    Buyer = row.GetGuid(1),
                    TotalMinor = row.GetInt64(2),
                    Currency = row.GetString(3),
                    PlacedAt = row.GetTime(4),
                    State = OrderState.Placed,
                    PaymentMethod = "",
                };
                var view = OrderViews.AsPlaced(order, OrderViews.Lines(row.GetString(5)), row.GetStringOrNull(6));
                return (Hash: row.GetString(7), View: view);
            },
            stop);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<bool> IsErasedAsync(Guid buyer, CancellationToken stop) => (await database.QueryAsync(
        "select 1 from erased_buyers where buyer = $1", [buyer], row => row.GetInt32(0), stop)).Count > 0;

    /// <summary>With its owner, for the caller to check.</summary>
    public async Task<(Guid Buyer, OrderView View)?> FindAsync(Guid id, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select id, buyer, state, cancel_reason, lines, total_minor, currency, reference, placed_at, confirmed_at
            from orders where id = $1
            """,
            [id],
            row => (Buyer: row.GetGuid(1), View: new OrderView(
                row.GetGuid(0), row.GetString(2), row.GetStringOrNull(3),
                OrderViews.Lines(OrderViews.Lines(row.GetString(4))), row.GetInt64(5), row.GetString(6),
                row.GetStringOrNull(7), row.GetTime(8), row.GetTimeOrNull(9), [])),
            stop);
        if (found.Count == 0) return null;
        var history = await database.QueryAsync(
            "select at, state, because, actor from order_history where order_id = $1 order by version",
            [id],
            row => new OrderHistoryEntry(
                row.GetTime(0), row.GetString(1), row.GetString(2), row.IsNull(3) ? null : row.GetGuid(3)),
            stop);
        return (found[0].Buyer, found[0].View with { History = history });
    }

    /// <summary>What has been added to the order's history since that version, in order.</summary>
    public Task<List<(int Version, OrderHistoryEntry Entry)>> HistoryAfterAsync(
        Guid order, int version, CancellationToken stop) => database.QueryAsync(
        """
        select version, at, state, because, actor from order_history
        where order_id = $1 and version > $2 order by version
        """,
        [order, version],
        row => (row.GetInt32(0), new OrderHistoryEntry(
            row.GetTime(1), row.GetString(2), row.GetString(3), row.IsNull(4) ? null : row.GetGuid(4))),
        stop);

    /// <summary>The buyer's own, newest first. Ids are in the order of placing.</summary>
    public async Task<OrderPage> ListAsync(Guid buyer, Guid? before, int size, CancellationToken stop)
    {
        var total = await database.QueryAsync(
            "select count(*) from orders where buyer = $1", [buyer], row => row.GetInt64(0), stop);
        var rows = await ReadAsync(buyer, before, size + 1, stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Id.ToString()));
        return new OrderPage(items, next, (int)Math.Min(total[0], int.MaxValue));
    }

    private Task<List<OrderSummary>> ReadAsync(Guid buyer, Guid? before, int limit, CancellationToken stop) =>
        database.QueryAsync(
            $"""
            select id, state, total_minor, currency, reference, placed_at, confirmed_at from orders
            where buyer = $1 {(before is null ? "" : "and id < $3")} order by id desc limit $2
            """,
            before is { } id ? [buyer, limit, id] : [buyer, limit],
            row => new OrderSummary(
                row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3),
                row.GetStringOrNull(4), row.GetTime(5), row.GetTimeOrNull(6)),
            stop);
}
