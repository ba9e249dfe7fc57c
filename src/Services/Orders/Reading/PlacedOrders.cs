using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>Reads of orders, outside a transaction.</summary>
internal sealed class PlacedOrders(IDatabase database)
{
    private const string SummaryColumns =
        "o.id, o.state, o.total_minor, o.currency, o.reference, o.placed_at, o.confirmed_at, o.buyer";

    public async Task<(string RequestHash, OrderView View)?> FindByKeyAsync(
        Guid buyer, string idempotencyKey, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            $"""
            select {OrderRow.Columns}, o.request_hash from {OrderRow.Source}
            where o.buyer = $1 and o.idempotency_key = $2
            """,
            [buyer, idempotencyKey],
            row => (Hash: row.GetString(OrderRow.Width), View: OrderViews.AsPlaced(OrderRow.Read(row).View)),
            stop);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<bool> IsErasedAsync(Guid buyer, CancellationToken stop) => (await database.QueryAsync(
        "select 1 from erased_buyers where buyer = $1", [buyer], row => row.GetInt32(0), stop)).Count > 0;

    /// <summary>With its owner, for the caller to check.</summary>
    public async Task<OrderRow?> FindAsync(Guid id, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            $"select {OrderRow.Columns} from {OrderRow.Source} where o.id = $1", [id], OrderRow.Read, stop);
        if (found.Count == 0) return null;
        var history = await database.QueryAsync(
            "select at, state, because, actor from order_history where order_id = $1 order by version",
            [id],
            row => new OrderHistoryEntry(
                row.GetTime(0), row.GetString(1), row.GetString(2), row.IsNull(3) ? null : row.GetGuid(3)),
            stop);
        return found[0] with { View = found[0].View with { History = history } };
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
        var page = await SearchAsync(new OrderFilter(buyer), before, size, stop);
        return page with { Total = (int)Math.Min(total[0], int.MaxValue) };
    }

    /// <summary>Those that the filter wants, newest first.</summary>
    public async Task<OrderPage> SearchAsync(OrderFilter filter, Guid? before, int size, CancellationToken stop)
    {
        var (sql, parameters) = filter.Select(SummaryColumns, before, size + 1);
        var rows = await database.QueryAsync(sql, parameters, ReadSummary, stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Id.ToString()));
        return new OrderPage(items, next, Total: null);
    }

    private static OrderSummary ReadSummary(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetStringOrNull(4), row.GetTime(5),
        row.GetTimeOrNull(6), row.GetGuid(7));
}
