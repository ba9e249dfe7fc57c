using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

internal static class Views
{
    public static ProductView ToView(this Product product, string currency) => new(
        product.Sku, product.Name, product.Description, product.Category,
        product.PriceMinor, currency, product.Withdrawn, product.Version)
    {
        Pictures = ProductPictures.Views(product),
    };

    public static void SetETag(this HttpContext context, Product product) =>
        context.Response.Headers.ETag = product.Tag().ToString();

    public static EntityTagHeaderValue Tag(this Product product) => new($"\"{product.Version}\"");

    public static ProblemHttpResult UnknownProduct(string sku) =>
        TypedResults.Problem($"There is no product '{sku}'.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Outdated(Product? product) => TypedResults.Problem(
        product is null
            ? "If-Match names a version, but there is no such product."
            : $"The product is at version {product.Version} now, which the request's condition does not want.",
        statusCode: StatusCodes.Status412PreconditionFailed);
}
