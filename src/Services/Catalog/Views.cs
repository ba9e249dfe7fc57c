using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using Tessera.Catalog.Contracts;

namespace Tessera.Catalog;

internal static class Views
{
    public static ProductView ToView(this Product product) => new(
        product.Sku, product.Name, product.Description, product.Category,
        product.PriceMinor, "GBP", product.Withdrawn, product.Version);

    public static void SetETag(this HttpContext context, Product product) =>
        context.Response.Headers.ETag = ETagOf(product).ToString();

    /// <summary>Whether the client already has this version.</summary>
    public static bool HasCurrent(this HttpContext context, Product product) =>
        context.Request.GetTypedHeaders().IfNoneMatch is { Count: > 0 } known
        && known.Any(
            tag => tag == EntityTagHeaderValue.Any || tag.Compare(ETagOf(product), useStrongComparison: false));

    /// <summary>Whether a condition of the client forbids changing this version.</summary>
    public static bool ForbidsChange(this HttpContext context, Product? product)
    {
        if (context.Request.GetTypedHeaders().IfMatch is not { Count: > 0 } wanted) return false;
        return product is null
            || !wanted.Any(
                tag => tag == EntityTagHeaderValue.Any || tag.Compare(ETagOf(product), useStrongComparison: true));
    }

    public static ProblemHttpResult UnknownProduct(string sku) =>
        TypedResults.Problem($"There is no product '{sku}'.", statusCode: StatusCodes.Status404NotFound);

    public static ProblemHttpResult Outdated(Product? product) => TypedResults.Problem(
        product is null
            ? "If-Match names a version, but there is no such product."
            : $"The product is at version {product.Version} now.",
        statusCode: StatusCodes.Status412PreconditionFailed);

    private static EntityTagHeaderValue ETagOf(Product product) => new($"\"{product.Version}\"");
}
