using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class ShipOrder
{
    /// <summary>For operators; again it changes nothing.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        Guid id, Caller caller, OrderStore orders, OrderProgress progress, UnitOfWork work,
        PlacedOrders placed, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (await orders.FindAsync(id, stop) is not { } order)
            return TypedResults.Problem($"There is no order {id}.", statusCode: 404);
        if (progress.Apply(order, OrderInput.Ship) is OrderOutcome.Refused refused)
            return TypedResults.Problem(refused.Why, statusCode: 409);
        await work.CommitAsync(stop);
        return TypedResults.Ok(ReadOrders.ViewFor(caller, (await placed.FindAsync(id, stop))!));
    }
}
