using Tessera.Catalog.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Store;

namespace Tessera.Orders;

/// <summary>The prices that Catalog has told.</summary>
internal sealed class PriceList(UnitOfWork work, IDatabase database)
{
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

    public void Keep(ProductView product) => Keep(new KnownPrice(
        product.Sku, product.Name, product.PriceMinor, product.Withdrawn, product.Version));

    /// <summary>Events and answers may come in any order: only a higher version replaces what is known. A price event
    /// tells no name and a withdrawal no price, so what they do not tell stays.</summary>
    public void Keep(KnownPrice price) => work.Enqueue(
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
