using Tessera.ServiceDefaults;

namespace Tessera.Catalog;

internal static class CatalogApi
{
    public static void MapCatalog(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/products").WithTags("products");
        products.MapGet("/", SearchProducts.Handle).AllowAnonymous();
        products.MapGet("/search/suggestions", SuggestProducts.Handle).AllowAnonymous();
        products.MapGet("/{sku}", ReadProduct.Handle).AllowAnonymous();

        var changes = products.MapGroup("/")
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.CatalogWrite);
        changes.MapPut("/{sku}", PutProduct.Handle).ChecksConditions();
        changes.MapPut("/{sku}/price", ChangePrice.Handle).ChecksConditions();
        changes.MapDelete("/{sku}", WithdrawProduct.Handle).ChecksConditions();
        changes.MapPost("/import", ImportProducts.Handle);
    }
}
