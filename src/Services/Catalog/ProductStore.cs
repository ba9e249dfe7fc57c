using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>The products in the database. Writes happen in the scoped unit of work, events with them.</summary>
internal sealed class ProductStore(IDatabase database, UnitOfWork work, OnSaleCounts onSale)
{
    public const string Columns = "sku, name, description, category, price_minor, withdrawn, version, pictures";
    public const int ColumnCount = 8;

    private readonly WordIndex _index = new(database, work);

    public async Task<Product?> FindAsync(string sku, CancellationToken stop)
    {
        var found = await database.QueryAsync($"select {Columns} from products where sku = $1", [sku], Read, stop);
        return found.SingleOrDefault();
    }

    /// <summary>Begins the unit of work and reads the product, locked until the commit.</summary>
    public async Task<Product?> BeginAsync(string sku, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        return await LockAsync(sku, stop);
    }

    public async Task<IReadOnlyDictionary<string, Product>> BeginAsync(
        IReadOnlyCollection<string> skus, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        var found = await work.QueryAsync(
            $"select {Columns} from products where {database.In("sku", 1)} order by sku{database.ForUpdate()}",
            [database.List(skus)], Read, stop);
        return found.ToDictionary(product => product.Sku, StringComparer.Ordinal);
    }

    public async Task<Product?> LockAsync(string sku, CancellationToken stop)
    {
        var found = await work.QueryAsync(
            $"select {Columns} from products where sku = $1{database.ForUpdate()}", [sku], Read, stop);
        return found.SingleOrDefault();
    }

    /// <summary>Queues the insert or update and publishes what others need to know.</summary>
    public void Save(ProductChange change)
    {
        var (product, kind) = change;
        if (kind == ChangeKind.None) return;
        object?[] values =
        [
            product.Sku, product.Name, product.Description, product.Category, product.PriceMinor, product.Withdrawn,
            product.Version, product.Pictures,
        ];
        if (product.Version == 1)
        {
            // A second creator of the same SKU at the same time fails here and is told to try again.
            work.EnqueueOne(
                $"insert into products ({Columns}) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
                values);
        }
        else
        {
            work.EnqueueOne(
                "update products set name = $2, description = $3, category = $4, price_minor = $5, withdrawn = $6, " +
                "version = $7, pictures = $8 where sku = $1 and version = $7 - 1", values);
        }
        if (kind != ChangeKind.Repriced) _index.Put(product);
        Publish(product, kind);
    }

    public async Task CommitAsync(CancellationToken stop)
    {
        _index.PutWords();
        try
        {
            await work.CommitAsync(stop);
        }
        finally
        {
            onSale.Change(); // Also after a failure: the commit may have happened without its answer.
        }
    }

    private void Publish(Product product, ChangeKind kind)
    {
        switch (kind)
        {
            case ChangeKind.Listed:
                work.Publish(new ProductAdded(product.Sku, product.Name, product.PriceMinor, product.Version));
                break;
            case ChangeKind.Repriced:
                work.Publish(new PriceChanged(product.Sku, product.PriceMinor, product.Version));
                break;
            case ChangeKind.Withdrawn:
                work.Publish(new ProductWithdrawn(product.Sku, product.Version));
                break;
        }
    }

    public static Product Read(StoreReader row) => new(
        row.GetString(0), row.GetString(1), row.GetStringOrNull(2),
        row.GetString(3), row.GetInt64(4), row.GetBoolean(5), row.GetInt32(6), row.GetString(7));
}
