using System.ComponentModel.DataAnnotations;

namespace Tessera.Catalog.Contracts;

/// <summary>GET /products/{sku}</summary>
public sealed record ProductView(
    string Sku, string Name, string? Description, string Category,
    long PriceMinor, string Currency, bool Withdrawn, int Version)
{
    public IReadOnlyList<PictureView> Pictures { get; init; } = [];
}

/// <summary>A picture of a product, in the sizes that there are of it, the smallest first.</summary>
/// <param name="Width">Of the picture as it was given, in pixels.</param>
public sealed record PictureView(int Number, int Width, int Height, IReadOnlyList<PictureSize> Sizes);

/// <param name="Address">A path of this interface. What stands there never changes: another picture has another
/// address.</param>
public sealed record PictureSize(int Width, int Height, string Address);

/// <summary>GET /products?search=&amp;category=&amp;minPriceMinor=&amp;maxPriceMinor=&amp;sort=name&amp;facets=false
/// &amp;after=&amp;size=20 (size at most 100). The search takes words, each at least as a beginning, whatever its
/// accents; the sort is name, price, price-desc, newest or relevance.</summary>
/// <param name="Next">What <c>after</c> is to say for the next page; null on the last.</param>
public sealed record ProductPage(IReadOnlyList<ProductView> Items, string? Next, int Total)
{
    /// <summary>Where else one might look, when it was asked for.</summary>
    public ProductFacets? Facets { get; init; }

    /// <summary>Words near those of a search that found nothing, with which it would find something.</summary>
    public string? DidYouMean { get; init; }
}

/// <summary>How many there are: of each category within the price asked for, and of each price range within the
/// category asked for.</summary>
public sealed record ProductFacets(IReadOnlyList<CategoryFacet> Categories, IReadOnlyList<PriceFacet> Prices);

public sealed record CategoryFacet(string Category, int Products);

/// <param name="MaxPriceMinor">The range ends with it; null when it has no end.</param>
public sealed record PriceFacet(long MinPriceMinor, long? MaxPriceMinor, int Products);

/// <summary>GET /products/search/suggestions?search=&amp;size=6 (size at most 20): what fits best.</summary>
public sealed record SuggestionsView(IReadOnlyList<SuggestionView> Products);

public sealed record SuggestionView(string Sku, string Name);

/// <summary>PUT /products/{sku} (operators): adds the product or changes it; the same content
/// again changes nothing.</summary>
public sealed record PutProductRequest(
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: StringLength(2000)] string? Description,
    [property: StringLength(60)] string? Category,
    [property: Range(1, 100_000_000)] long PriceMinor);

/// <summary>POST /products/import (operators): at most 1,000 products a request, as PUT would take them.</summary>
public sealed record ImportProductsRequest(
    [property: Required, MinLength(1), MaxLength(1000)] IReadOnlyList<ImportedProduct> Products);

public sealed record ImportedProduct(
    [property: Required, RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string Sku,
    [property: Required, StringLength(200, MinimumLength = 1)] string Name,
    [property: Range(1, 100_000_000)] long PriceMinor,
    [property: StringLength(60)] string? Category = null)
{
    /// <summary>A guess, taken only for a product that has no category yet.</summary>
    [StringLength(60)] public string? CategoryIfNone { get; init; }
}

public sealed record ImportedProductsView(int Added, int Changed, int Unchanged);

/// <summary>PUT /products/{sku}/price (operators)</summary>
public sealed record ChangePriceRequest([property: Range(1, 100_000_000)] long PriceMinor);
