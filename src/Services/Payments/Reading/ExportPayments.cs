using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>GET /payments/export: what Payments keeps of a person, for that person.</summary>
internal static class ExportPayments
{
    public static async Task<Ok<PaymentExportPage>> Handle(
        Caller caller, IDatabase database, CancellationToken stop,
        Cursor? before = null, [Range(1, 100)] int size = 100)
    {
        object?[] page = before is null ? [caller.Id, size + 1] : [caller.Id, size + 1, before.AsGuid()];
        var rows = await database.QueryAsync(
            $"""
            select id, order_id, state, amount_minor, captured_minor, refunded_minor, currency, decline_reason,
                payment_method, requested_at
            from payments where buyer = $1 {(before is null ? "" : "and order_id < $3")}
            order by order_id desc limit $2
            """,
            page,
            row => new PaymentRecord(
                new PaymentView(
                    row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4),
                    row.GetInt64(5), row.GetString(6), row.GetStringOrNull(7)),
                row.GetStringOrNull(8), row.GetTime(9)),
            stop);
        var (items, next) = Cursor.Page(rows, size, last => Cursor.Of(last.Payment.Order.ToString()));
        return TypedResults.Ok(new PaymentExportPage(items, next));
    }
}
