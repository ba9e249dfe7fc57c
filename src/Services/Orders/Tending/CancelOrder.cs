using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class CancelOrder
{
    /// <summary>The buyer's cancellation, or an operator's, who says why. Again, or of an order that is cancelled
    /// already, it changes nothing.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        Guid id, CancelOrderRequest? request, Caller caller, OrderStore orders, OrderProgress progress,
        UnitOfWork work, PlacedOrders placed, CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (await orders.FindAsync(id, stop) is not { } order || !caller.MaySee(order.Buyer))
            return ReadOrders.NotFound(id);
        var words = string.IsNullOrWhiteSpace(request?.Reason) ? null : request.Reason.Trim();
        if (caller.SeesAll == words is null)
        {
            return TypedResults.Problem(
                caller.SeesAll
                    ? "Say why in 'reason': the buyer reads it on the order."
                    : "Only an operator gives a reason; the buyer needs none.",
                statusCode: 422);
        }
        var outcome = caller.SeesAll
            ? progress.Apply(order, OrderInput.OperatorCancels, caller.Id)
            : progress.Apply(order, OrderInput.BuyerCancels, caller.Actor);
        if (outcome is OrderOutcome.Refused refused) return TypedResults.Problem(refused.Why, statusCode: 409);
        if (outcome is OrderOutcome.Changed && words is not null) orders.Explain(id, words);
        await work.CommitAsync(stop);
        return TypedResults.Ok(ReadOrders.ViewFor(caller, (await placed.FindAsync(id, stop))!));
    }
}
