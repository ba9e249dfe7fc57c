using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class RemoveLine
{
    public static async Task<NoContent> Mine(string sku, Buyer buyer, BasketStore baskets, CancellationToken stop)
    {
        await baskets.RemoveAsync(Holder.User(buyer.Id), sku, stop);
        return TypedResults.NoContent();
    }

    public static async Task<NoContent> Guest(Guid id, string sku, BasketStore baskets, CancellationToken stop)
    {
        await baskets.RemoveAsync(Holder.Guest(id), sku, stop);
        return TypedResults.NoContent();
    }
}
