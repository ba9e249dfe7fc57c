using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

internal static class SearchProducts
{
    public static async Task<Results<Ok<ProductPage>, StatusCodeHttpResult>> Handle(
        ProductSearch products,
        CountFacets counts,
        GuessSearch guesses,
        HttpContext context,
        IOptions<ShopOptions> shop,
        CancellationToken stop,
        [StringLength(200)] string? search = null,
        [StringLength(60)] string? category = null,
        [Range(0, long.MaxValue)] long? minPriceMinor = null,
        [Range(0, long.MaxValue)] long? maxPriceMinor = null,
        [RegularExpression(ProductOrder.Names)] string sort = "name",
        bool facets = false,
        Cursor? after = null,
        [Range(1, 100)] int size = 20)
    {
        var filter = new ProductFilter(search, category, minPriceMinor, maxPriceMinor);
        var order = ProductOrder.Of(sort, filter.HasWords);
        var rows = await products.FindAsync(filter, order, after, size + 1, stop);
        var (counted, total) = facets
            ? await counts.CountAsync(filter, stop)
            : (null, await products.CountAsync(filter, stop));
        var (items, next) = Cursor.Page(rows, size, order.CursorOf);
        var page = new ProductPage([.. items.Select(found => found.Product.ToView(shop.Value.Currency))], next, total)
        {
            Facets = counted,
            DidYouMean = total == 0 ? await guesses.GuessAsync(filter, stop) : null,
        };
        var tag = TagOf(page);
        context.Response.Headers.ETag = tag.ToString();
        if (context.HasCurrent(tag)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(page);
    }

    // Weak: it names the meaning, not the bytes.
    private static EntityTagHeaderValue TagOf(ProductPage page)
    {
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(page, JsonSerializerOptions.Web));
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(hash.AsSpan(0, 12))}\"", isWeak: true);
    }
}
