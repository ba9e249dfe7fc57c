using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Messaging.Store;
using Tessera.Payments.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

internal static class ReadPayments
{
    /// <summary>The buyer's own, or any for an operator. Another's answers the same as none.</summary>
    public static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> OfOrder(
        Guid order, Caller caller, IDatabase database, CancellationToken stop)
    {
        var found = await database.QueryAsync(
            """
            select id, order_id, state, amount_minor, captured_minor, refunded_minor, currency, decline_reason, buyer
            from payments where order_id = $1
            """,
            [order],
            row => (Buyer: row.GetGuid(8), View: new PaymentView(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
                row.GetString(6), row.GetStringOrNull(7))),
            stop);
        return found.Count > 0 && caller.MaySee(found[0].Buyer)
            ? TypedResults.Ok(found[0].View)
            : TypedResults.Problem($"You have no payment of an order {order}.", statusCode: 404);
    }

    /// <summary>Balances, for operators.</summary>
    public static async Task<Ok<LedgerView>> LedgerSummary(IDatabase database, CancellationToken stop)
    {
        var accounts = await database.QueryAsync(
            "select account, cast(sum(amount_minor) as bigint), count(*) from ledger group by account order by account",
            [], row => new LedgerAccountView(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), stop);
        var states = await database.QueryAsync(
            "select state, count(*) from payments group by state order by state",
            [], row => new PaymentCountView(row.GetString(0), row.GetInt64(1)), stop);
        return TypedResults.Ok(new LedgerView(accounts, accounts.Sum(account => account.BalanceMinor), states));
    }
}
