using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;

namespace Tessera.Orders;

/// <summary>GET /orders/acts: who has done what with whose order, for operators. It is the orders' own history, so it
/// is there as long as they are, and nobody can change it.</summary>
internal static class ReadActs
{
    public const string Sql =
        """
        select h.at, h.order_id, o.buyer, h.actor, h.state, h.because
        from order_history h join orders o on o.id = h.order_id
        where h.actor is not null order by h.at desc limit $1
        """;

    public static async Task<Ok<OrderActsView>> Handle(
        IDatabase database, CancellationToken stop, [Range(1, 200)] int size = 50) =>
        TypedResults.Ok(new OrderActsView(await database.QueryAsync(
            Sql, [size],
            row => new OrderActView(
                row.GetTime(0), row.GetGuid(1), row.GetGuid(2), row.GetGuid(3), row.GetString(4), row.GetString(5)),
            stop)));
}
