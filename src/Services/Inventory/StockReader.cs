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

    public static StockView Read(StoreReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
}
