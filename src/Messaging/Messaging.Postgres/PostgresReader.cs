using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

internal sealed class PostgresReader(NpgsqlDataReader reader) : StoreReader(reader)
{
    public override Guid GetGuid(int column) => Reader.GetGuid(column);

    public override DateTimeOffset GetTime(int column) => new(Reader.GetDateTime(column), TimeSpan.Zero);

    public static async Task<List<T>> ReadAllAsync<T>(
        NpgsqlDataReader reader, Func<StoreReader, T> read, CancellationToken stop)
    {
        var rows = new List<T>();
        var row = new PostgresReader(reader);
        while (await reader.ReadAsync(stop).ConfigureAwait(false)) rows.Add(read(row));
        return rows;
    }
}
