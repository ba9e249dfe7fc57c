using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

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
        Cursor? after = null,
        [Range(1, 100)] int size = 20)
    {
        var filter = new ProductFilter(search, category, minPriceMinor, maxPriceMinor);
        var (rows, total) = await products.SearchAsync(filter, after?.Parts(2), size + 1, stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Name, last.Sku));
        return TypedResults.Ok(new ProductPage([.. items.Select(Views.ToView)], next, total));
    }
}
