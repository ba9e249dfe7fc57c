using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

/// <summary>GET /orders/export: what Orders keeps of a person, for that person.</summary>
internal static class ExportOrders
{
    public static async Task<Ok<OrderExportPage>> Handle(
        Caller caller, IDatabase database, CancellationToken stop,
        Cursor? before = null, [Range(1, 100)] int size = 100)
    {
        var page = new Page(caller.Id, before?.AsGuid(), size);
        var orders = await database.QueryAsync(
            $"""
            select {OrderRow.Columns}, o.payment_method, o.idempotency_key
            from {OrderRow.Source} where o.id in ({page.Ids}) order by o.id desc
            """,
            page.Parameters,
            row => new OrderRecord(
                OrderRow.Read(row).View, row.GetString(OrderRow.Width), row.GetString(OrderRow.Width + 1)),
            stop);
        var history = await database.QueryAsync(
            $"""
            select order_id, at, state, because, actor from order_history
            where order_id in ({page.Ids}) order by order_id, version
            """,
            page.Parameters,
            row => (Order: row.GetGuid(0), Entry: new OrderHistoryEntry(
                row.GetTime(1), row.GetString(2), row.GetString(3), row.IsNull(4) ? null : row.GetGuid(4))),
            stop);
        var byOrder = history.ToLookup(row => row.Order, row => row.Entry);
        var records = orders.ConvertAll(
            record => record with { Order = record.Order with { History = [.. byOrder[record.Order.Id]] } });
        var (items, next) = Cursor.Page(records, size, last => Cursor.Of(last.Order.Id.ToString()));
        return TypedResults.Ok(new OrderExportPage(items, next));
    }

    /// <summary>Which orders a page holds, and one more to know whether another follows.</summary>
    private sealed record Page(Guid Buyer, Guid? Before, int Size)
    {
        // A select of its own inside: what limits rows may not stand directly in a list on every engine.
        public string Ids =>
            $"""
            select id from (select id from orders where buyer = $1 {(Before is null ? "" : "and id < $3")}
            order by id desc limit $2) as page
            """;

        public object?[] Parameters => Before is { } id ? [Buyer, Size + 1, id] : [Buyer, Size + 1];
    }
}
