using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Baskets.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class MergeBasket
{
    public static async Task<Ok<BasketView>> Handle(
        MergeBasketRequest request, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        var holder = Holder.User(buyer.Id);
        await baskets.MergeAsync(Holder.Guest(request.Basket), holder, stop);
        return TypedResults.Ok(await baskets.ReadAsync(holder, stop));
    }
}
