using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class BasketsApi
{
    public static void MapBaskets(this IEndpointRouteBuilder routes)
    {
        var baskets = routes.MapGroup("/baskets").WithTags("baskets");

        var mine = baskets.MapGroup("/mine").RequireAuthorization(Policies.Customer);
        mine.MapGet("/", ReadBasket.Mine).RequireScope("baskets.read");
        mine.MapDelete("/", EmptyBasket.Mine).RequireScope("baskets.write");
        mine.MapPut("/lines/{sku}", PutLine.Mine).RequireScope("baskets.write");
        mine.MapDelete("/lines/{sku}", RemoveLine.Mine).RequireScope("baskets.write");
        mine.MapPost("/merge", MergeBasket.Handle).RequireScope("baskets.write");
        mine.MapPost("/ordered", TakeOrdered.Handle).RequireScope("baskets.write");

        // Whoever knows the random id of a guest's basket may use it: only that browser does.
        baskets.MapGet("/{id:guid}", ReadBasket.Guest).AllowAnonymous();
        baskets.MapPut("/{id:guid}/lines/{sku}", PutLine.Guest).AllowAnonymous();
        baskets.MapDelete("/{id:guid}/lines/{sku}", RemoveLine.Guest).AllowAnonymous();
    }
}
