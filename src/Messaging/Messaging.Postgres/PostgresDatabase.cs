using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The pool of connections to the service's database.</summary>
/// <remarks>
/// No state of a session outlives a transaction here (no session locks, no LISTEN, no SET), so the pool skips the reset
/// on return, and everything works behind a transaction pooler.
/// </remarks>
public sealed class PostgresDatabase : IDatabase, IAsyncDisposable
{
    /// <summary>Builds the pool; nothing is connected yet.</summary>
    public PostgresDatabase(IOptions<PostgresStoreOptions> options)
    {
        Options = options.Value;
        DataSource = NpgsqlDataSource.Create(ConnectionString(Options));
        SetIdleTimeout = string.Create(CultureInfo.InvariantCulture,
            $"set local idle_in_transaction_session_timeout = " +
            $"{(int)Options.IdleInTransactionTimeout.TotalMilliseconds}");
    }

    /// <summary>The shared pool, for health checks and for EF Core's <c>UseNpgsql</c>.</summary>
    public NpgsqlDataSource DataSource { get; }

    /// <inheritdoc/>
    public string Engine => "postgres";

    internal PostgresStoreOptions Options { get; }

    internal string SetIdleTimeout { get; }

    /// <inheritdoc/>
    public async Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop)
    {
        await using var connection = await DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using var command = new NpgsqlCommand(sql, connection);
        Parameters.AddAll(command.Parameters, parameters);
        await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        return await PostgresReader.ReadAllAsync(reader, read, stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<DbConnection> OpenAsync(CancellationToken stop) =>
        await DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => DataSource.DisposeAsync();

    private static string ConnectionString(PostgresStoreOptions options)
    {
        var text = new NpgsqlConnectionStringBuilder(options.ConnectionString)
        {
            MaxPoolSize = options.PoolSizeMax,
            CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds),
            Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds),
            CancellationTimeout = 2000,
            TcpKeepAlive = true,
            NoResetOnClose = true,
            Enlist = false,
            IncludeFailedBatchedCommand = true,
            MaxAutoPrepare = options.PreparedStatements ? 200 : 0,
            AutoPrepareMinUsages = 2,
        };
        if (string.IsNullOrEmpty(text.ApplicationName)) text.ApplicationName = "tessera";
        return text.ConnectionString;
    }
}
