using System.Globalization;
using Microsoft.Data.Sqlite;
using Tessera.Cli.Up;

namespace Tessera.Cli.Tests;

/// <summary>A data folder as a small store leaves it: one order confirmed, one cancelled after it was paid,
/// one refused. Made with the services' own schema files, so a column that changes there is noticed here.</summary>
internal sealed class StoreOnDisk : IDisposable
{
    public static readonly Guid Confirmed = new("0198f000-0000-7000-8000-000000000001");
    public static readonly Guid Cancelled = new("0198f000-0000-7000-8000-000000000002");
    public static readonly Guid Refused = new("0198f000-0000-7000-8000-000000000003");
    private readonly TemporaryFolder _folder = Some.Folder();

    public StoreOnDisk()
    {
        foreach (var service in new[] { "Orders", "Inventory", "Payments" })
        {
            var name = service.ToLowerInvariant();
            Directory.CreateDirectory(Path.Combine(_folder.Path, name));
            var schema = Path.Combine(SourceTree.Root, "src", "Services", service, "Schema");
            var files = Directory.EnumerateFiles(schema, "*.sql")
                .Where(file => !file.EndsWith(".postgres.sql", StringComparison.Ordinal));
            foreach (var file in files.Order(StringComparer.Ordinal)) Execute(name, File.ReadAllText(file));
            Execute(name, Messaging);
        }
        Execute("payments", Provider, "provider");
        Fill();
    }

    public RunFolder Folder => new(_folder.Path);

    public void Execute(string service, string sql, string? file = null)
    {
        var path = Path.Combine(_folder.Path, service, (file ?? service) + ".db");
        using var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public void Dispose() => _folder.Dispose();

    private const string Messaging =
        """
        create table msg_outbox (id integer primary key, event_id text not null);
        create table msg_held_keys (stream text not null, key text not null);
        create table msg_parked (position integer primary key, event_id text not null, stream text not null);
        create table msg_inbox (number integer primary key, event_id text not null unique, handled_at integer not null);
        create table msg_timers (id text not null primary key, type text not null, key text not null);
        """;

    private const string Provider =
        """
        create table charges (idempotency_key text not null primary key, amount_minor integer not null, currency text not null,
            decline_reason text null, charged_at text not null);
        create table refunds (idempotency_key text not null primary key, charge_key text not null, amount_minor integer not null,
            refunded_at text not null);
        """;

    private void Fill()
    {
        const string lines = """[{"sku":"A","name":"a","quantity":2,"unitPriceMinor":100}]""";
        (Guid, string, string?)[] orders =
            [(Confirmed, "Confirmed", null), (Cancelled, "Cancelled", "buyer"), (Refused, "Cancelled", "out-of-stock")];
        foreach (var (order, state, reason) in orders)
        {
            Execute("orders", string.Create(CultureInfo.InvariantCulture, $"""
                insert into orders (id, buyer, idempotency_key, request_hash, state, cancel_reason, stock_committed, lines, total_minor, currency,
                    payment_method, placed_at, version)
                values ('{order}', '{Guid.Empty}', '{order}', '', '{state}', {(reason is null ? "null" : $"'{reason}'")},
                    {(reason is null ? 1 : 0)}, '{lines}', 200, 'GBP', 'tok_ok', 0, 1)
                """));
        }
        const string reserved = """[{"sku":"A","quantity":2}]""";
        Execute("inventory", $"""
            insert into stock (sku, on_hand, held, committed, received) values ('A', 8, 0, 2, 10);
            insert into reservations (order_id, state, lines, expires_at, changed_at) values
                ('{Confirmed}', 'Committed', '{reserved}', 0, 0), ('{Cancelled}', 'Released', '{reserved}', 0, 0),
                ('{Refused}', 'Refused', '{reserved}', null, 0);
            """);
        var (paid, repaid) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Execute("payments", $"""
            insert into payments (id, order_id, buyer, state, amount_minor, captured_minor, refunded_minor, currency,
                cancel_requested, attempts, requested_at)
            values ('{paid}', '{Confirmed}', '{Guid.Empty}', 'Captured', 200, 200, 0, 'GBP', 0, 0, 0),
                ('{repaid}', '{Cancelled}', '{Guid.Empty}', 'Refunded', 200, 200, 200, 'GBP', 1, 0, 0);
            insert into ledger (payment_id, movement, account, amount_minor, booked_at) values
                ('{paid}', 'capture', 'provider', 200, 0), ('{paid}', 'capture', 'sales', -200, 0),
                ('{repaid}', 'capture', 'provider', 200, 0), ('{repaid}', 'capture', 'sales', -200, 0),
                ('{repaid}', 'refund', 'provider', -200, 0), ('{repaid}', 'refund', 'refunds', 200, 0);
            """);
        Execute("payments", $"""
            insert into charges values ('{Confirmed}', 200, 'GBP', null, ''), ('{Cancelled}', 200, 'GBP', null, '');
            insert into refunds values ('refund-{Cancelled}', '{Cancelled}', 200, '');
            """, "provider");
    }
}
