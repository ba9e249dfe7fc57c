using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

internal static class SearchProducts
{
    public static async Task<Ok<ProductPage>> Handle(
        ProductStore products,
        CancellationToken stop,
        [StringLength(200)] string? search = null,
        [StringLength(60)] string? category = null,
        [Range(0, long.MaxValue)] long? minPriceMinor = null,
        [Range(0, long.MaxValue)] long? maxPriceMinor = null,
        [Range(1, 100_000)] int page = 1,
        [Range(1, 100)] int size = 20)
    {
        var filter = new ProductFilter(search, category, minPriceMinor, maxPriceMinor);
        var (items, total) = await products.SearchAsync(filter, page, size, stop);
        return TypedResults.Ok(new ProductPage([.. items.Select(Views.ToView)], page, size, total));
    }
}
