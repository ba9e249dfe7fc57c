using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.TextDefaults;

namespace Tessera.Catalog;

/// <summary>The products in the database. Writes happen in the scoped unit of work, events with them.</summary>
internal sealed class ProductStore(IDatabase database, UnitOfWork work)
{
    private const string Columns = "sku, name, description, category, price_minor, withdrawn, version";

    public async Task<Product?> FindAsync(string sku, CancellationToken stop)
    {
        var found = await database.QueryAsync($"select {Columns} from products where sku = $1", [sku], Read, stop);
        return found.SingleOrDefault();
    }

    /// <param name="after">Name and SKU of the last product already seen.</param>
    public async Task<(List<Product> Rows, int Total)> SearchAsync(
        ProductFilter filter, string[]? after, int limit, CancellationToken stop)
    {
        var (where, parameters) = filter.ToSql();
        var total = await database.QueryAsync(
            $"select count(*) from products where {where}", parameters, row => row.GetInt64(0), stop);
        var count = parameters.Length;
        if (after is not null) where += $" and (name, sku) > (${count + 1}, ${count + 2})";
        // The SKU makes the order total: pages neither repeat nor skip a product.
        var rows = await database.QueryAsync(
            $"select {Columns} from products where {where} order by name, sku " +
            $"limit ${count + (after?.Length ?? 0) + 1}",
            [.. parameters, .. after ?? [], limit], Read, stop);
        return (rows, (int)total[0]);
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
            product.Version, SearchText(product),
        ];
        if (product.Version == 1)
        {
            // A second creator of the same SKU at the same time fails here and is told to try again.
            work.EnqueueOne(
                $"insert into products ({Columns}, search_text) values ($1, $2, $3, $4, $5, $6, $7, $8) " +
                "on conflict do nothing", values);
        }
        else
        {
            work.EnqueueOne(
                "update products set name = $2, description = $3, category = $4, price_minor = $5, withdrawn = $6, " +
                "version = $7, search_text = $8 where sku = $1 and version = $7 - 1", values);
        }
        Publish(product, kind);
    }

    public Task CommitAsync(CancellationToken stop) => work.CommitAsync(stop);

    public static string SearchText(Product product) => SearchText(product.Name, product.Sku);

    public static string SearchText(string name, string sku) => SearchedText.Of($"{name} {sku}");

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

    private static Product Read(StoreReader row) => new(
        row.GetString(0), row.GetString(1), row.GetStringOrNull(2),
        row.GetString(3), row.GetInt64(4), row.GetBoolean(5), row.GetInt32(6));
}
