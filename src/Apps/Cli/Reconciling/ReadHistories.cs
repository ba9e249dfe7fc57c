using System.Data.Common;
using Tessera.Cli.Keeping;
using Tessera.Cli.Verifying;

namespace Tessera.Cli.Reconciling;

/// <summary>Reads the histories out of the services' databases, past the services.</summary>
internal static class ReadHistories
{
    /// <summary>Steps that tell of no event that somebody else announced.</summary>
    private static readonly HashSet<string> _facts =
    [
        "StockReserved", "StockRefused", "StockReleased", "StockCommitted",
        "PaymentCaptured", "PaymentDeclined", "PaymentRefunded",
    ];

    public static async Task<Histories> RunAsync(ServiceDatabases databases, CancellationToken stop)
    {
        // What follows from an order is read before the order: whoever is behind then is behind for good.
        var payments = await databases.QueryAsync(
            databases.Of("payments"),
            """
            select order_id, state, amount_minor, captured_minor, refunded_minor,
                cancel_requested or state in ('Cancelled', 'Refunding', 'Refunded')
            from payments
            """,
            row => new PaymentHistory(
                row.GetGuid(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetBoolean(5)),
            stop);
        var payers = await databases.QueryAsync(
            databases.Of("payments"),
            """
            select distinct buyer from payments
            where payment_method is not null and buyer not in (select buyer from erased_buyers)
            """,
            row => row.GetGuid(0), stop);
        var inventory = databases.Of("inventory");
        var reservations = await databases.QueryAsync(
            inventory,
            """
            select order_id, state, committed_at is not null or state = 'Committed', because from reservations
            """,
            row => new ReservationHistory(row.GetGuid(0), row.GetString(1), row.GetBoolean(2), Text(row, 3)), stop);
        var stocked = await databases.QueryAsync(inventory, "select sku from stock", row => row.GetString(0), stop);
        var orders = await OrdersAsync(databases, stop);
        var prices = await ProductsAsync(databases, "orders", "prices", stop);
        var buyers = await databases.QueryAsync(
            databases.Of("orders"),
            "select distinct buyer from orders where buyer not in (select buyer from erased_buyers)",
            row => row.GetGuid(0), stop);
        var catalog = await ProductsAsync(databases, "catalog", "products", stop);
        var accounts = await databases.QueryAsync(
            databases.Of("users"), "select id from users", row => row.GetGuid(0), stop);
        var erased = await new KeptErasures(databases).AllAsync(stop);
        return new Histories(
            orders, reservations.ToDictionary(each => each.Order), payments.ToDictionary(each => each.Order),
            catalog, prices, stocked.ToHashSet(StringComparer.Ordinal), accounts.ToHashSet(), buyers.ToHashSet(),
            payers.ToHashSet(), erased);
    }

    private static async Task<Dictionary<Guid, OrderHistory>> OrdersAsync(
        ServiceDatabases databases, CancellationToken stop)
    {
        var source = databases.Of("orders");
        var steps = (await databases.QueryAsync(
            source, "select order_id, state, because from order_history order by order_id, version",
            row => (Order: row.GetGuid(0), State: row.GetString(1), Because: row.GetString(2)), stop))
            .ToLookup(step => step.Order);
        var orders = await databases.QueryAsync(
            source, "select id, state, stock_committed from orders",
            row => (Id: row.GetGuid(0), State: row.GetString(1), Committed: row.GetBoolean(2)), stop);
        return orders.ToDictionary(order => order.Id, order => new OrderHistory(
            order.Id, order.State, order.Committed,
            [.. steps[order.Id].Select(step => step.Because).Where(_facts.Contains)],
            steps[order.Id].Select(step => step.State).Append(order.State).ToHashSet(StringComparer.Ordinal)));
    }

    private static async Task<Dictionary<string, ProductHistory>> ProductsAsync(
        ServiceDatabases databases, string service, string table, CancellationToken stop) =>
        (await databases.QueryAsync(
            databases.Of(service), $"select sku, price_minor, withdrawn, version from {table}",
            row => new ProductHistory(row.GetString(0), row.GetInt64(1), row.GetBoolean(2), row.GetInt64(3)), stop))
        .ToDictionary(product => product.Sku, StringComparer.Ordinal);

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}
