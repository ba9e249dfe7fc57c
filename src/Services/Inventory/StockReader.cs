using System.Globalization;
using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

/// <summary>Reads of stock, outside a transaction.</summary>
internal sealed class StockReader(IDatabase database)
{
    private const string Columns = "sku, on_hand, held, committed, received";

    public async Task<StockView?> FindAsync(string sku, CancellationToken stop)
    {
        var found = await database.QueryAsync($"select {Columns} from stock where sku = $1", [sku], Read, stop);
        return found.Count == 0 ? null : found[0];
    }

    public async Task<IReadOnlyDictionary<string, long>> OnHandAsync(
        IReadOnlyCollection<string> skus, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            $"select sku, on_hand from stock where {database.In("sku", 1)}", [database.List(skus)],
            row => (Sku: row.GetString(0), OnHand: row.GetInt64(1)), stop);
        return found.ToDictionary(each => each.Sku, each => each.OnHand, StringComparer.Ordinal);
    }

    public async Task<StockPage> ListAsync(string? after, int size, CancellationToken stop)
    {
        var total = await database.QueryAsync("select count(*) from stock", [], row => row.GetInt64(0), stop);
        var rows = await database.QueryAsync(
            $"select {Columns} from stock where sku > $1 order by sku limit $2", [after ?? "", size + 1], Read, stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Sku));
        return new StockPage(items, next, (int)Math.Min(total[0], int.MaxValue));
    }

    public async Task<StockPage> ListAsync(IReadOnlyCollection<string> skus, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            $"select {Columns} from stock where {database.In("sku", 1)} order by sku", [database.List(skus)], Read,
            stop);
        return new StockPage(found, null, found.Count);
    }

    /// <summary>The fewest first. It looks at every product: an index by what is on hand would be written anew by
    /// each order.</summary>
    public async Task<StockPage> ListBelowAsync(
        int below, (long OnHand, string Sku)? after, int size, CancellationToken stop)
    {
        var total = await database.QueryAsync(
            "select count(*) from stock where on_hand < $1", [below], row => row.GetInt64(0), stop);
        var rows = await database.QueryAsync(
            $"""
            select {Columns} from stock
            where on_hand < $1 and (on_hand > $2 or (on_hand = $2 and sku > $3))
            order by on_hand, sku limit $4
            """,
            [below, after?.OnHand ?? -1L, after?.Sku ?? "", size + 1], Read, stop);
        var (items, next) = Cursor.Page(
            rows, size, last => Cursor.Of(last.OnHand.ToString(CultureInfo.InvariantCulture), last.Sku));
        return new StockPage(items, next, (int)Math.Min(total[0], int.MaxValue));
    }

    public async Task<StockReceiptPage> ListReceiptsAsync(
        string sku, Guid? before, int size, CancellationToken stop)
    {
        object?[] page = before is null ? [sku, size + 1] : [sku, size + 1, before];
        var rows = await database.QueryAsync(
            $"""
            select id, quantity, received_at, operator_id from received_lines
            where sku = $1 {(before is null ? "" : "and id < $3")}
            order by id desc limit $2
            """,
            page, row => new StockReceiptView(row.GetGuid(0), row.GetInt64(1), row.GetTime(2), row.GetGuid(3)), stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Id.ToString()));
        return new StockReceiptPage(items, next);
    }

    public static StockView Read(StoreReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
}
