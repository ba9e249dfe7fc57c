using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

internal static class ChangePrice
{
    public static async Task<Results<Ok<ProductView>, ProblemHttpResult>> Handle(
        string sku, ChangePriceRequest request, HttpContext context, ProductStore products, IOptions<ShopOptions> shop,
        CancellationToken stop)
    {
        if (await products.BeginAsync(sku, stop) is not { } before) return Views.UnknownProduct(sku);
        if (context.ForbidsChange(before.Tag())) return Views.Outdated(before);
        if (before.Withdrawn)
        {
            return TypedResults.Problem(
                $"'{sku}' is withdrawn; PUT /products/{sku} puts it on sale again.",
                statusCode: StatusCodes.Status409Conflict);
        }
        var change = before.Reprice(request.PriceMinor);
        products.Save(change);
        await products.CommitAsync(stop);
        context.SetETag(change.Product);
        return TypedResults.Ok(change.Product.ToView(shop.Value.Currency));
    }
}
