using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>A withdrawn product is still shown, marked so: old orders name it.</summary>
internal static class ReadProduct
{
    public static async Task<Results<Ok<ProductView>, StatusCodeHttpResult, ProblemHttpResult>> Handle(
        string sku, HttpContext context, ProductStore products, IOptions<ShopOptions> shop, CancellationToken stop)
    {
        if (await products.FindAsync(sku, stop) is not { } product) return Views.UnknownProduct(sku);
        context.SetETag(product);
        if (context.HasCurrent(product.Tag())) return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return TypedResults.Ok(product.ToView(shop.Value.Currency));
    }
}
