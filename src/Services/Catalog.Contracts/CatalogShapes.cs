using System.ComponentModel.DataAnnotations;

namespace Tessera.Catalog.Contracts;

/// <summary>GET /products/{sku}</summary>
public sealed record ProductView(
    string Sku, string Name, string? Description, string Category,
    long PriceMinor, string Currency, bool Withdrawn, int Version);

/// <summary>GET /products?search=&amp;category=&amp;minPriceMinor=&amp;maxPriceMinor=&amp;after=&amp;size=20
/// (size at most 100), by name.</summary>
/// <param name="Next">What <c>after</c> is to say for the next page; null on the last.</param>
public sealed record ProductPage(IReadOnlyList<ProductView> Items, string? Next, int Total);

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
    [property: StringLength(60)] string? Category = null);

public sealed record ImportedProductsView(int Added, int Changed, int Unchanged);

/// <summary>PUT /products/{sku}/price (operators)</summary>
public sealed record ChangePriceRequest([property: Range(1, 100_000_000)] long PriceMinor);
