using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

/// <summary>Many products in one transaction, each as PUT would take it; what the file does not say
/// stays as it is.</summary>
internal static class ImportProducts
{
    public static async Task<Results<Ok<ImportedProductsView>, ProblemHttpResult>> Handle(
        ImportProductsRequest request, ProductStore products, CancellationToken stop)
    {
        var skus = new HashSet<string>(StringComparer.Ordinal);
        foreach (var product in request.Products)
        {
            if (skus.Add(product.Sku)) continue;
            return TypedResults.Problem(
                $"'{product.Sku}' is in the list twice.", statusCode: StatusCodes.Status422UnprocessableEntity);
        }
        var known = await products.BeginAsync(skus, stop);
        var (added, changed) = (0, 0);
        foreach (var product in request.Products)
        {
            var before = known.GetValueOrDefault(product.Sku);
            var category = product.Category
                ?? (before is { HasCategory: true } ? before.Category : product.CategoryIfNone);
            var change = before?.Put(product.Name, before.Description, category, product.PriceMinor)
                ?? Product.Add(product.Sku, product.Name, null, category, product.PriceMinor);
            products.Save(change);
            if (before is null) added++;
            else if (change.Kind != ChangeKind.None) changed++;
        }
        await products.CommitAsync(stop);
        return TypedResults.Ok(new ImportedProductsView(added, changed, request.Products.Count - added - changed));
    }
}
