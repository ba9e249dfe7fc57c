using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Baskets.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Baskets;

internal static class ReadBasket
{
    public static async Task<Ok<BasketView>> Mine(Buyer buyer, BasketStore baskets, CancellationToken stop) =>
        TypedResults.Ok(await baskets.ReadAsync(Holder.User(buyer.Id), stop));

    public static async Task<Ok<BasketView>> Guest(Guid id, BasketStore baskets, CancellationToken stop) =>
        TypedResults.Ok(await baskets.ReadAsync(Holder.Guest(id), stop));
}
