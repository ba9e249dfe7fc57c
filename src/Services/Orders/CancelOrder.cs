using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class CancelOrder
{
    /// <summary>The buyer's cancellation; again, or of an order that is cancelled already,
    /// it changes nothing.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        Guid id, Buyer buyer, OrderStore orders, OrderProgress progress, UnitOfWork work, PlacedOrders placed,
        CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (await orders.FindAsync(id, stop) is not { } order || order.Buyer != buyer.Id)
        {
            return ReadOrders.NotFound(id);
        }
        if (progress.Apply(order, OrderInput.BuyerCancels, buyer.Actor) is OrderOutcome.Refused refused)
            return TypedResults.Problem(refused.Why, statusCode: 409);
        await work.CommitAsync(stop);
        return TypedResults.Ok((await placed.FindAsync(id, stop))!.Value.View);
    }
}
