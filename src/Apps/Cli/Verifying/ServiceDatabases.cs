using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;
using Tessera.Cli.Up;

namespace Tessera.Cli.Verifying;

/// <summary>Opens the services' databases for reading, past the services: what they would answer
/// is what is checked.</summary>
/// <param name="postgres">Connection string with <c>{service}</c> in it; null when the services keep files.</param>
internal sealed class ServiceDatabases(RunFolder folder, string? postgres = null)
{
    private const int QueryTimeoutSeconds = 60;

    /// <summary>Those of a server that was started with the store.</summary>
    private readonly IReadOnlyDictionary<string, string>? _started = folder.ReadDatabases();

    /// <summary>The service's own database.</summary>
    public DatabaseSource Of(string service)
    {
        var address = postgres?.Replace("{service}", service, StringComparison.Ordinal)
            ?? _started?.GetValueOrDefault(service);
        return address is null
            ? new DatabaseSource(Path.Combine(folder.Data, service, service + ".db"), null)
            : new DatabaseSource(null, address);
    }

    /// <summary>Whether there is a database of a service that the store may be without. Of databases that an address
    /// alone names nobody here can say.</summary>
    public bool Keeps(string service) => postgres is null
        && (_started?.ContainsKey(service) ?? Of(service).IsThere);

    /// <summary>The simulated provider keeps its books in a file of its own, or in tables beside those of Payments
    /// where these are on a server and there is no file.</summary>
    public DatabaseSource Provider
    {
        get
        {
            var file = new DatabaseSource(Path.Combine(folder.Data, "payments", "provider.db"), null);
            return file.IsThere || Of("payments").ConnectionString is null ? file : Of("payments");
        }
    }

    public DatabaseSource EmbeddedLog { get; } = new(Path.Combine(folder.Data, "broker", "events.db"), null);

    public async Task<List<T>> QueryAsync<T>(
        DatabaseSource source, string sql, Func<DbDataReader, T> read, CancellationToken stop)
    {
        if (!source.IsThere)
        {
            throw new UserError($"{source.File} is missing: was a store ever started in {folder.Data}?");
        }
        await using DbConnection connection = source.ConnectionString is { } address
            ? new NpgsqlConnection(address)
            : new SqliteConnection(new SqliteConnectionStringBuilder
            {
                DataSource = source.File,
                Mode = SqliteOpenMode.ReadOnly,
                Pooling = false,
            }.ToString());
        try
        {
            await connection.OpenAsync(stop);
        }
        catch (NpgsqlException failure)
        {
            throw new UserError($"PostgreSQL cannot be read: {failure.Message}");
        }
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = QueryTimeoutSeconds;
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop)) rows.Add(read(reader));
        return rows;
    }
}

/// <summary>A file, or a server's database.</summary>
internal sealed record DatabaseSource(string? File, string? ConnectionString)
{
    public bool IsThere => ConnectionString is not null || System.IO.File.Exists(File);
}
