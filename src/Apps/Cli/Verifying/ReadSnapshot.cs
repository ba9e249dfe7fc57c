using System.Data.Common;
using System.Text.Json;
using Tessera.Cli.Up;

namespace Tessera.Cli.Verifying;

/// <summary>Reads what is checked out of the services' databases.</summary>
internal static class ReadSnapshot
{
    private static readonly JsonSerializerOptions _json = new(JsonSerializerDefaults.Web);

    public static async Task<Snapshot> RunAsync(ServiceDatabases databases, CancellationToken stop)
    {
        var orders = databases.Of("orders");
        var inventory = databases.Of("inventory");
        var payments = databases.Of("payments");
        var messaging = new List<MessagingRow>();
        var services = SourceTree.Interfaces().Select(name => name.ToLowerInvariant());
        foreach (var service in services.Where(service => databases.Of(service).IsThere))
            messaging.Add(await MessagingAsync(databases, service, stop));
        return new Snapshot(
            await databases.QueryAsync(
                orders, "select id, state, cancel_reason, stock_committed, total_minor, lines from orders",
                row => new OrderRow(
                    Id(row, 0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetBoolean(3),
                    row.GetInt64(4), Lines(row.GetString(5))), stop),
            await databases.QueryAsync(inventory, "select order_id, state, lines from reservations", row =>
                new ReservationRow(Id(row, 0), row.GetString(1), Lines(row.GetString(2))), stop),
            await databases.QueryAsync(
                inventory, "select sku, on_hand, held, committed, received from stock",
                row => new StockRow(
                    row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), stop),
            await databases.QueryAsync(
                payments, "select id, order_id, state, amount_minor, captured_minor, refunded_minor from payments",
                row => new PaymentRow(
                    Id(row, 0), Id(row, 1), row.GetString(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)), stop),
            await databases.QueryAsync(
                payments, "select payment_id, movement, account, amount_minor from ledger",
                row => new LedgerRow(Id(row, 0), row.GetString(1), row.GetString(2), row.GetInt64(3)), stop),
            await ProviderAsync(databases, stop),
            messaging,
            await EmbeddedLog.ReadAsync(databases, messaging, stop),
            (await databases.QueryAsync(orders, "select key from msg_timers", row => row.GetString(0), stop))
                .Select(key => Guid.TryParse(key, out var id) ? id : Guid.Empty).ToHashSet());
    }

    private static async Task<MessagingRow> MessagingAsync(
        ServiceDatabases databases, string service, CancellationToken stop)
    {
        var source = databases.Of(service);
        var parked = await databases.QueryAsync(source, "select event_id from msg_parked", row => Id(row, 0), stop);
        return new MessagingRow(
            service,
            (await databases.QueryAsync(source, "select count(*) from msg_outbox", row => row.GetInt64(0), stop))[0],
            (await databases.QueryAsync(source, "select count(*) from msg_held_keys", row => row.GetInt64(0), stop))[0],
            parked.Count,
            parked.ToHashSet());
    }

    /// <summary>The simulated provider keeps books of its own. A real one's are not here.</summary>
    private static async Task<IReadOnlyList<ProviderRow>?> ProviderAsync(
        ServiceDatabases databases, CancellationToken stop)
    {
        var books = databases.Provider;
        if (!books.IsThere) return null;
        var prefix = books.ConnectionString is null ? "" : "provider_";
        var rows = await databases.QueryAsync(
            books,
            $"""
            select idempotency_key, 'charge', amount_minor, decline_reason is not null from {prefix}charges
            union all select charge_key, 'refund', amount_minor, false from {prefix}refunds
            """,
            row => new ProviderRow(row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetBoolean(3)), stop);
        // The tables are there in any case; where a real provider is asked nothing ever stands in them.
        return rows.Count == 0 && books.ConnectionString is not null ? null : rows;
    }

    private static Guid Id(DbDataReader row, int column) => row.GetGuid(column);

    private static List<LineRow> Lines(string text) => JsonSerializer.Deserialize<List<LineRow>>(text, _json) ?? [];
}
