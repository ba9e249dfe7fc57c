using DbUp.Builder;
using DbUp.Postgresql;
using Npgsql;

namespace Tessera.MessagingDefaults;

internal sealed class PostgresServiceDatabase(string connectionString) : ServiceDatabase
{
    /// <summary>The number is "tessera". The driver leaves a query's portal open, and with it the look at the database
    /// as it was: the second statement takes its place and has none. And no server is to end a turn because it
    /// lasts.</summary>
    private const string TryLock =
        "select pg_try_advisory_xact_lock(32762643830108769); set local idle_in_transaction_session_timeout = 0";

    private const int TriesMax = 1200;
    private static readonly TimeSpan tryEvery = TimeSpan.FromMilliseconds(50);

    /// <summary>Its metrics bear a name: those of a connection that comes from no source bear its address.</summary>
    private readonly Lazy<NpgsqlDataSource> _source = new(() =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = "schema" }.Build());

    public override string Engine => "postgres";

    /// <summary>Behind a change that waits for those who use the table, everybody else waits too: it gives way soon,
    /// and is tried again. Not for an index that is built concurrently: nobody waits behind that, and it would be left
    /// half done. And in the transaction, not for the session: that would not hold behind a pooler.</summary>
    public override string Begin => "set local lock_timeout = '2s';\n";

    public override UpgradeEngineBuilder Upgrade(SupportedDatabases to) =>
        to.PostgresqlDatabase(new PostgresqlConnectionManager(_source.Value));

    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken stop)
    {
        // A lock of the transaction, not of the session: it holds behind a pooler too.
        var connection = _source.Value.CreateConnection();
        try
        {
            await connection.OpenAsync(stop);
            await connection.BeginTransactionAsync(stop);
            await using var command = new NpgsqlCommand(TryLock, connection);
            // Asked again and again, not waited for: an index that is built concurrently waits for everybody who looks
            // at the database as it was before, and a statement that waits for its turn would wait for the index.
            for (var tries = 0; await command.ExecuteScalarAsync(stop) is not true; tries++)
            {
                if (tries == TriesMax)
                    throw new NpgsqlException($"Another replica has prepared {this} for {TriesMax * tryEvery}.");
                await Task.Delay(tryEvery, stop);
            }
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public override string ToString()
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }
}
