using Npgsql;

namespace Tessera.OrderHop;

/// <summary>Makes the two databases anew, with the business tables of the workload.</summary>
internal static class Schema
{
    public const int Products = 100;

    private const string Orders = """
        create table orders (
            id uuid primary key, sku integer not null, quantity integer not null, status text not null,
            created timestamptz not null, confirmed timestamptz)
        """;

    private const string Inventory = """
        create table stock (sku integer primary key, available bigint not null check (available >= 0)) with (fillfactor = 50);
        create table reservations (order_id uuid primary key, sku integer not null, quantity integer not null);
        insert into stock select sku, 1000000000 from generate_series(0, 99) sku
        """;

    public static async Task CreateAsync(string admin, string prefix, CancellationToken stop)
    {
        foreach (var (name, sql) in new[] { ("orders", Orders), ("inventory", Inventory) })
        {
            var database = $"{prefix}_{name}";
            await using (var server = NpgsqlDataSource.Create(admin))
            {
                await RunAsync(server, $"drop database if exists {database} with (force)", stop);
                await RunAsync(server, $"create database {database}", stop);
            }
            await using var source = NpgsqlDataSource.Create(Of(admin, database));
            await RunAsync(source, sql, stop);
        }
    }

    public static string Of(string admin, string database) => new NpgsqlConnectionStringBuilder(admin)
    {
        Database = database,
        MaxPoolSize = 24,
        MaxAutoPrepare = 64,
        AutoPrepareMinUsages = 2,
        NoResetOnClose = true,
    }.ConnectionString;

    private static async Task RunAsync(NpgsqlDataSource source, string sql, CancellationToken stop)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(stop);
    }
}
