namespace Tessera.Catalog.Contracts;

/// <param name="Version">Rises with each change of the product; a reader keeps the highest it has seen.</param>
public sealed record ProductAdded(string Sku, string Name, long PriceMinor, int Version)
{
    public const string EventType = "catalog.product-added.v1";
}

/// <inheritdoc cref="ProductAdded"/>
public sealed record PriceChanged(string Sku, long PriceMinor, int Version)
{
    public const string EventType = "catalog.price-changed.v1";
}

/// <inheritdoc cref="ProductAdded"/>
public sealed record ProductWithdrawn(string Sku, int Version)
{
    public const string EventType = "catalog.product-withdrawn.v1";
}
