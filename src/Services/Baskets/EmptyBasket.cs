using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

/// <summary>DELETE /baskets/mine?edition=: everything, also what was put in since an order of this edition, which
/// <see cref="TakeOrdered"/> leaves. Of another edition nothing goes.</summary>
internal static class EmptyBasket
{
    public static async Task<NoContent> Mine(
        Guid edition, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        await baskets.EmptyAsync(Holder.User(buyer.Id), edition, stop);
        return TypedResults.NoContent();
    }
}
