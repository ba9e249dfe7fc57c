using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Baskets.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class TakeOrdered
{
    public static async Task<NoContent> Handle(
        TakeOrderedRequest request, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        await baskets.TakeOrderedAsync(Holder.User(buyer.Id), request.Edition, request.Lines, stop);
        return TypedResults.NoContent();
    }
}
