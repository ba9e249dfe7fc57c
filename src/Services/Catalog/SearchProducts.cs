using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

internal static class SearchProducts
{
    public static async Task<Results<Ok<ProductPage>, StatusCodeHttpResult>> Handle(
        ProductStore products,
        HttpContext context,
        IOptions<ShopOptions> shop,
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
        var tag = TagOf(items, next?.ToString(), total);
        context.Response.Headers.ETag = tag.ToString();
        if (context.HasCurrent(tag)) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        var currency = shop.Value.Currency;
        return TypedResults.Ok(new ProductPage([.. items.Select(item => item.ToView(currency))], next, total));
    }

    // A product of one version has one content, so which ones they are says it all. Weak: it names the meaning, not the
    // bytes.
    private static EntityTagHeaderValue TagOf(IEnumerable<Product> items, string? next, int total)
    {
        var page = string.Join(' ', items.Select(product => $"{product.Sku}:{product.Version}"));
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{page} {next} {total}"));
        return new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(hash.AsSpan(0, 12))}\"", isWeak: true);
    }
}
