using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;

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

    public async Task<StockPage> ListAsync(int page, int size, CancellationToken stop)
    {
        var total = await database.QueryAsync("select count(*) from stock", [], row => row.GetInt64(0), stop);
        var items = await database.QueryAsync(
            $"select {Columns} from stock order by sku limit $1 offset $2", [size, (page - 1L) * size], Read, stop);
        return new StockPage(items, page, size, (int)Math.Min(total[0], int.MaxValue));
    }

    public static StockView Read(StoreReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4));
}
