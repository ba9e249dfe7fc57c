using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Inventory.Contracts;
using Tessera.Messaging.Store;
using Tessera.ServiceDefaults;

namespace Tessera.Inventory;

/// <summary>GET /stock/receipts/export: what Inventory keeps of a person, for that person. Only who books receipts
/// leaves a name here.</summary>
internal static class ExportReceipts
{
    public static async Task<Ok<ReceiptExportPage>> Handle(
        Caller caller, IDatabase database, CancellationToken stop,
        Cursor? before = null, [Range(1, 100)] int size = 100)
    {
        object?[] page = before is null ? [caller.Id, size + 1] : [caller.Id, size + 1, before.Parts(1)[0]];
        var rows = await database.QueryAsync(
            $"""
            select idempotency_key, received_at from receipts
            where operator_id = $1 {(before is null ? "" : "and idempotency_key < $3")}
            order by idempotency_key desc limit $2
            """,
            page, row => new ReceiptRecord(row.GetString(0), row.GetTime(1)), stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.IdempotencyKey));
        return TypedResults.Ok(new ReceiptExportPage(items, next));
    }
}
