namespace Tessera.Catalog;

/// <summary>What the shop sells. A change gives the next version; the same content again gives none.</summary>
internal sealed record Product(
    string Sku, string Name, string? Description, string Category, long PriceMinor, bool Withdrawn, int Version,
    string Pictures = ProductPictures.None)
{
    public const string CategoryOtherwise = "general";
    public const string SkuPattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$";

    public bool HasCategory => Category != CategoryOtherwise;

    public static ProductChange Add(string sku, string name, string? description, string? category, long priceMinor) =>
        new(
            new Product(
                sku, name, description, category ?? CategoryOtherwise, priceMinor, Withdrawn: false, Version: 1),
            ChangeKind.Listed);

    /// <summary>Takes the whole content. A withdrawn product is thereby for sale again.</summary>
    public ProductChange Put(string name, string? description, string? category, long priceMinor)
    {
        var next = this with
        {
            Name = name,
            Description = description,
            Category = category ?? CategoryOtherwise,
            PriceMinor = priceMinor,
            Withdrawn = false,
        };
        if (next == this) return new ProductChange(this, ChangeKind.None);
        var kind = next.Name != Name || Withdrawn ? ChangeKind.Listed
            : next.PriceMinor != PriceMinor ? ChangeKind.Repriced
            : ChangeKind.Described;
        return new ProductChange(next with { Version = Version + 1 }, kind);
    }

    public ProductChange Reprice(long priceMinor) => priceMinor == PriceMinor
        ? new ProductChange(this, ChangeKind.None)
        : new ProductChange(this with { PriceMinor = priceMinor, Version = Version + 1 }, ChangeKind.Repriced);

    /// <summary>Takes the list of its pictures.</summary>
    public ProductChange Show(string pictures) => pictures == Pictures
        ? new ProductChange(this, ChangeKind.None)
        : new ProductChange(this with { Pictures = pictures, Version = Version + 1 }, ChangeKind.Described);

    public ProductChange Withdraw() => Withdrawn
        ? new ProductChange(this, ChangeKind.None)
        : new ProductChange(this with { Withdrawn = true, Version = Version + 1 }, ChangeKind.Withdrawn);
}

/// <summary>A product after a change, and which one it was: others hear of all
/// but <see cref="ChangeKind.Described"/>.</summary>
internal readonly record struct ProductChange(Product Product, ChangeKind Kind);

internal enum ChangeKind
{
    None,

    /// <summary>New, renamed or for sale again: announced whole.</summary>
    Listed,
    Repriced,

    /// <summary>Only what nobody but Catalog keeps.</summary>
    Described,
    Withdrawn,
}
