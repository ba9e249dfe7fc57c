using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Baskets.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class MergeBasket
{
    public static async Task<Results<Ok<BasketView>, ProblemHttpResult>> Handle(
        MergeBasketRequest request, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        var holder = Holder.User(buyer.Id);
        return await baskets.MergeAsync(Holder.Guest(request.Basket), holder, stop)
            ? TypedResults.Ok(await baskets.ReadAsync(holder, stop))
            : PutLine.AccountErased();
    }
}
