using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

/// <summary>Adds the product or changes it. The same content again changes nothing and publishes nothing.</summary>
internal static class PutProduct
{
    public static async Task<Results<Ok<ProductView>, Created<ProductView>, ProblemHttpResult>> Handle(
        [RegularExpression(Product.SkuPattern)] string sku,
        PutProductRequest request,
        HttpContext context,
        ProductStore products,
        IOptions<ShopOptions> shop,
        CancellationToken stop)
    {
        var before = await products.BeginAsync(sku, stop);
        if (context.ForbidsChange(before?.Tag())) return Views.Outdated(before);
        var change = before?.Put(request.Name, request.Description, request.Category, request.PriceMinor)
            ?? Product.Add(sku, request.Name, request.Description, request.Category, request.PriceMinor);
        products.Save(change);
        await products.CommitAsync(stop);
        context.SetETag(change.Product);
        return before is null
            ? TypedResults.Created($"/products/{sku}", change.Product.ToView(shop.Value.Currency))
            : TypedResults.Ok(change.Product.ToView(shop.Value.Currency));
    }
}
