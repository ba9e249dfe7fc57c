using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class ReadOrders
{
    /// <summary>A customer's own, or everybody's for operators.</summary>
    public static async Task<Results<Ok<OrderPage>, ProblemHttpResult>> List(
        Caller caller, PlacedOrders orders, CancellationToken stop,
        [StringLength(20)] string? state = null,
        Guid? buyer = null,
        [StringLength(64)] string? reference = null,
        [RegularExpression("^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$")] string? sku = null,
        DateTimeOffset? from = null,
        DateTimeOffset? to = null,
        Cursor? before = null, [Range(1, 100)] int size = 20)
    {
        if (state is not null && !Enum.GetNames<OrderState>().Contains(state))
        {
            return TypedResults.Problem(
                $"'{state}' is no state of an order. They are: {string.Join(", ", Enum.GetNames<OrderState>())}.",
                statusCode: 400);
        }
        var code = sku is null ? null : ProductCode.Canonical(sku);
        var filter = new OrderFilter(buyer, state, reference, code, from, to);
        if (caller.SeesAll) return TypedResults.Ok(await orders.SearchAsync(filter, before?.AsGuid(), size, stop));
        if (buyer is { } other && other != caller.Id)
            return TypedResults.Problem("Only operators look for the orders of others.", statusCode: 403);
        if (filter == new OrderFilter())
            return TypedResults.Ok(await orders.ListAsync(caller.Id, before?.AsGuid(), size, stop));
        filter = filter with { Buyer = caller.Id };
        return TypedResults.Ok(await orders.SearchAsync(filter, before?.AsGuid(), size, stop));
    }

    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> One(
        Guid id, Caller caller, PlacedOrders orders, CancellationToken stop) =>
        await orders.FindAsync(id, stop) is { } found && caller.MaySee(found.Buyer)
            ? TypedResults.Ok(ViewFor(caller, found))
            : NotFound(id);

    /// <summary>With the operators' note for those who may read it.</summary>
    public static OrderView ViewFor(Caller caller, OrderRow found) =>
        caller.SeesAll ? found.View with { Note = found.Note } : found.View;

    /// <summary>Another buyer's order answers the same as none: ids must not tell what exists.</summary>
    public static ProblemHttpResult NotFound(Guid id) =>
        TypedResults.Problem($"You have no order {id}.", statusCode: 404);
}
