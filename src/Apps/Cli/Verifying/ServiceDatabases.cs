using System.Data.Common;
using Microsoft.Data.Sqlite;
using Tessera.Cli.Up;

namespace Tessera.Cli.Verifying;

/// <summary>Opens the services' databases for reading, past the services: what they would answer is what is checked.</summary>
internal sealed class ServiceDatabases(RunFolder folder)
{
    public string FileOf(string service, string? name = null) => Path.Combine(folder.Data, service, (name ?? service) + ".db");

    public string BrokerFile => Path.Combine(folder.Data, "broker", "events.db");

    public static bool Has(string file) => File.Exists(file);

    public async Task<List<T>> QueryAsync<T>(string file, string sql, Func<DbDataReader, T> read, CancellationToken stop)
    {
        if (!File.Exists(file)) throw new UserError($"{file} is missing: was a store ever started in {folder.Data}?");
        var connectionString = new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadOnly, Pooling = false };
        await using var connection = new SqliteConnection(connectionString.ToString());
        await connection.OpenAsync(stop);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 30;
        await using var reader = await command.ExecuteReaderAsync(stop);
        var rows = new List<T>();
        while (await reader.ReadAsync(stop)) rows.Add(read(reader));
        return rows;
    }
}
