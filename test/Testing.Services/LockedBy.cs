using Npgsql;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Store;

namespace Tessera.Testing.Services;

/// <summary>A transaction of somebody else's, by which a test makes the service wait at a place
/// of its choice.</summary>
public sealed class LockedBy : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly NpgsqlConnection _connection;
    private readonly NpgsqlTransaction _transaction;

    private LockedBy(NpgsqlDataSource database, NpgsqlConnection connection, NpgsqlTransaction transaction) =>
        (_database, _connection, _transaction) = (database, connection, transaction);

    public static async Task<LockedBy> RunAsync(IDatabase database, string sql)
    {
        var source = ((PostgresDatabase)database).DataSource;
        var connection = await source.OpenConnectionAsync();
        var locked = new LockedBy(source, connection, await connection.BeginTransactionAsync());
        await locked.RunAsync(sql);
        return locked;
    }

    /// <exception cref="PostgresException">Somebody has locked what it needs.</exception>
    public async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand("set local lock_timeout = '100ms'; " + sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Until so many transactions wait for this one, or behind one that does.</summary>
    public Task IsWaitedForAsync(int by = 1) => Eventually.HoldsAsync("somebody waits for the lock", async () =>
    {
        // Not in the transaction: what others do is frozen in there at the first look.
        await using var command = _database.CreateCommand(
            "select count(*) from pg_stat_activity " +
            "where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0");
        return (long)(await command.ExecuteScalarAsync())! >= by;
    });

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
