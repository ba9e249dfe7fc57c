using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Orders;

/// <summary>The prices that Catalog has told.</summary>
internal sealed class PriceList(UnitOfWork work, IDatabase database)
{
    private readonly List<KnownPrice> _learned = [];

    public async Task<Dictionary<string, KnownPrice>> FindAsync(
        IReadOnlyCollection<string> skus, CancellationToken stop)
    {
        var known = await database.QueryAsync(
            $"select sku, name, price_minor, withdrawn, version from prices where {database.In("sku", 1)}",
            [database.List(skus)],
            row => new KnownPrice(
                row.GetString(0), row.GetStringOrNull(1), row.GetInt64(2), row.GetBoolean(3), row.GetInt32(4)),
            stop);
        return known.ToDictionary(price => price.Sku, StringComparer.Ordinal);
    }

    public void Learn(ProductView product) => Learn(new KnownPrice(
        product.Sku, product.Name, product.PriceMinor, product.Withdrawn, product.Version));

    /// <summary>To be kept with all that is learned in this transaction.</summary>
    public void Learn(KnownPrice price) => _learned.Add(price);

    /// <summary>Queues what was learned, in the order of the skus: transactions that write the same prices wait for
    /// each other instead of deadlocking.</summary>
    public void Keep()
    {
        foreach (var price in _learned.OrderBy(price => price.Sku, StringComparer.Ordinal)) Keep(price);
        _learned.Clear();
    }

    /// <summary>Events and answers may come in any order: only a higher version replaces what is known. A price event
    /// tells no name and a withdrawal no price, so what they do not tell stays.</summary>
    private void Keep(KnownPrice price) => work.Enqueue(
        """
        insert into prices (sku, name, price_minor, withdrawn, version) values ($1, $2, $3, $4, $5)
        on conflict (sku) do update set
            name = coalesce(excluded.name, prices.name),
            price_minor = case when excluded.price_minor > 0 then excluded.price_minor else prices.price_minor end,
            withdrawn = excluded.withdrawn,
            version = excluded.version
        where prices.version < excluded.version
        """,
        price.Sku, price.Name, price.PriceMinor, price.Withdrawn, price.Version);
}

/// <param name="PriceMinor">0 when only the withdrawal is known.</param>
internal sealed record KnownPrice(string Sku, string? Name, long PriceMinor, bool Withdrawn, int Version);
