using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class ReadOrders
{
    public static async Task<Ok<OrderPage>> Mine(
        Caller caller, PlacedOrders orders, CancellationToken stop,
        Cursor? before = null, [Range(1, 100)] int size = 20) =>
        TypedResults.Ok(await orders.ListAsync(caller.Id, before?.AsGuid(), size, stop));

    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> One(
        Guid id, Caller caller, PlacedOrders orders, CancellationToken stop) =>
        await orders.FindAsync(id, stop) is { } found && caller.MaySee(found.Buyer)
            ? TypedResults.Ok(found.View)
            : NotFound(id);

    /// <summary>Another buyer's order answers the same as none: ids must not tell what exists.</summary>
    public static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"You have no order {id}.", statusCode: 404);
}
