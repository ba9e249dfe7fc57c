using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>The service's database file: its writer's queue and its readers.</summary>
internal sealed class SqliteDatabase : IDatabase, IDisposable
{
    private readonly SqliteReaders _readers;
    private readonly string _openString;

    public SqliteDatabase(IOptions<SqliteStoreOptions> options, TimeProvider clock)
    {
        var settings = options.Value;
        File = Path.GetFullPath(settings.File);
        Writer = new SqliteWriter(File, settings.WriteTimeout, settings.StatementsMax, clock);
        SqliteMetrics.Watch(Writer, File);
        _readers = new SqliteReaders(File, settings.ReadConnections, settings.StatementsMax);
        // The private cache and the timeout also keep these connections in a pool of their own: they are read-only.
        _openString = new SqliteConnectionStringBuilder
        {
            DataSource = File,
            Cache = SqliteCacheMode.Private,
            DefaultTimeout = 7,
        }.ToString();
    }

    public string Engine => "sqlite";

    public string File { get; }

    public SqliteWriter Writer { get; }

    public Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        _readers.QueryAsync(sql, parameters, read, stop);

    public async ValueTask<DbConnection> OpenAsync(CancellationToken stop)
    {
        var connection = new SqliteConnection(_openString);
        try
        {
            await connection.OpenAsync(stop).ConfigureAwait(false);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA query_only = ON";
            await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        _readers.Dispose();
        using var pooled = new SqliteConnection(_openString);
        SqliteConnection.ClearPool(pooled);
    }
}
