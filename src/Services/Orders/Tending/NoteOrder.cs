using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class NoteOrder
{
    /// <summary>For operators. The one note of an order is written anew; the buyer never sees it.</summary>
    public static async Task<Results<Ok<OrderView>, ProblemHttpResult>> Handle(
        Guid id, NoteRequest request, Caller caller, OrderStore orders, UnitOfWork work, PlacedOrders placed,
        CancellationToken stop)
    {
        await work.BeginAsync(stop);
        if (await orders.FindAsync(id, stop) is null)
            return TypedResults.Problem($"There is no order {id}.", statusCode: 404);
        // Read within the transaction, so that of two who have read the same one the later is told.
        var stands = (await placed.FindAsync(id, stop))!.Note ?? "";
        // A form ends its lines as forms do.
        if (request.InPlaceOf is { } read && read.ReplaceLineEndings() != stands.ReplaceLineEndings())
        {
            return TypedResults.Problem(
                stands.Length == 0
                    ? "Somebody has removed the note that you have read; read the order again."
                    : $"Somebody has written another note meanwhile; read the order again. It says: {stands}",
                statusCode: 409);
        }
        orders.Annotate(id, string.IsNullOrWhiteSpace(request.Text) ? null : request.Text.Trim());
        await work.CommitAsync(stop);
        return TypedResults.Ok(ReadOrders.ViewFor(caller, (await placed.FindAsync(id, stop))!));
    }
}
