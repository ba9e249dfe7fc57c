using DbUp.Builder;
using Npgsql;

namespace Tessera.MessagingDefaults;

internal sealed class PostgresServiceDatabase(string connectionString) : ServiceDatabase
{
    private const long SchemaLock = 0x7465_7373_6572_61; // "tessera"

    public override string Engine => "postgres";

    public override UpgradeEngineBuilder Upgrade(SupportedDatabases to) => to.PostgresqlDatabase(connectionString);

    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken stop)
    {
        // A lock of the transaction, not of the session: it holds behind a pooler too.
        var connection = new NpgsqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(stop);
            await connection.BeginTransactionAsync(stop);
            await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({SchemaLock})", connection);
            command.CommandTimeout = 60;
            await command.ExecuteNonQueryAsync(stop);
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
