using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

/// <summary>DELETE /baskets/mine?edition=: after the order. Of another edition than the one that was ordered nothing
/// goes: it was filled since.</summary>
internal static class EmptyBasket
{
    public static async Task<NoContent> Mine(
        Guid edition, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        await baskets.EmptyAsync(Holder.User(buyer.Id), edition, stop);
        return TypedResults.NoContent();
    }
}
