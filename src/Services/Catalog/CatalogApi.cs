using Microsoft.AspNetCore.Mvc;
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

        products.MapGet("/{sku}/pictures/{number:int}/{width:int}", ReadPicture.Handle).AllowAnonymous();

        var changes = products.MapGroup("/")
            .RequireAuthorization(Policies.Operator).RequireScope(Scopes.CatalogWrite);
        changes.MapPut("/{sku}", PutProduct.Handle).ChecksConditions();
        changes.MapPut("/{sku}/price", ChangePrice.Handle).ChecksConditions();
        changes.MapDelete("/{sku}", WithdrawProduct.Handle).ChecksConditions();
        changes.MapPut("/{sku}/pictures/{number:int}", PutPicture.Handle)
            .WithMetadata(new RequestSizeLimitAttribute(PutPicture.SizeBytesMax));
        changes.MapDelete("/{sku}/pictures/{number:int}", RemovePicture.Handle);
        changes.MapPost("/import", ImportProducts.Handle);
    }
}
