using Npgsql;

namespace Tessera.OrderHop;

/// <summary>What the driver reads from PostgreSQL: progress, latencies, the check of the end state,
/// and the costs.</summary>
internal sealed class Database(string admin, string prefix) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _orders = NpgsqlDataSource.Create(
        Schema.Of(admin, prefix + "_orders") + ";Maximum Pool Size=1");
    private readonly NpgsqlDataSource _inventory = NpgsqlDataSource.Create(
        Schema.Of(admin, prefix + "_inventory") + ";Maximum Pool Size=1");

    public async Task ResetAsync()
    {
        await RunAsync(_orders, "truncate orders");
        await RunAsync(_inventory, "truncate reservations");
        await RunAsync(_inventory, "update stock set available = 1000000000");
    }

    public Task<long> ConfirmedAsync() =>
        OneAsync<long>(_orders, "select count(*) from orders where confirmed is not null");

    public Task<double> SpanSecondsAsync() => OneAsync<double>(_orders,
        "select coalesce(extract(epoch from max(confirmed) - min(created)), 0)::float8 from orders");

    public Task<double[]> LatenciesAsync() => OneAsync<double[]>(_orders, """
        select percentile_cont(array[0.5, 0.95, 0.99, 1.0]) within group (
            order by extract(epoch from confirmed - created)::float8 * 1000) from orders
        """);

    /// <summary>confirmed = reservations = N, and the stock went down by what was ordered.</summary>
    public async Task VerifyAsync(int orders)
    {
        var confirmed = await ConfirmedAsync();
        var placed = await OneAsync<long>(_orders, "select count(*) from orders");
        var ordered = await OneAsync<long>(_orders, "select coalesce(sum(quantity), 0) from orders");
        var reserved = await OneAsync<long>(_inventory, "select count(*) from reservations");
        var taken = await OneAsync<long>(
            _inventory, "select (100 * 1000000000::bigint - sum(available))::bigint from stock");
        if (confirmed != orders || placed != orders || reserved != orders || taken != ordered)
        {
            throw new InvalidOperationException(
                $"Not whole: {orders} orders, {placed} placed, {confirmed} confirmed, {reserved} reserved, " +
                $"{ordered} ordered, {taken} taken.");
        }
    }

    /// <summary>Transaction ids and bytes of write-ahead log used so far by the whole server.</summary>
    public async Task<(long Transactions, decimal WalBytes)> CostsAsync() => (
        await OneAsync<long>(_orders, "select txid_snapshot_xmax(txid_current_snapshot())"),
        await OneAsync<decimal>(_orders, "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"));

    public async ValueTask DisposeAsync()
    {
        await _orders.DisposeAsync();
        await _inventory.DisposeAsync();
    }

    private static async Task<T> OneAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return reader.GetFieldValue<T>(0);
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
