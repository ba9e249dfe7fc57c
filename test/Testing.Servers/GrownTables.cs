using Npgsql;

namespace Tessera.Testing.Servers;

/// <summary>Tables of a service on PostgreSQL that were empty when its statements were planned, and are not any
/// more. Few connections are used, so each statement keeps the plan that it was given first.</summary>
public sealed class GrownTables
{
    private const string Reads = """
        select s.relname, s.seq_tup_read, coalesce(heap_blks_read, 0) + coalesce(heap_blks_hit, 0)
            + coalesce(idx_blks_read, 0) + coalesce(idx_blks_hit, 0)
        from pg_stat_user_tables s join pg_statio_user_tables p using (relid)
        """;

    private readonly NpgsqlDataSource _database;

    private GrownTables(NpgsqlDataSource database) => _database = database;

    /// <summary>The server knows for sure that each table is empty, and finds out nothing new.</summary>
    public static async Task<GrownTables> EmptyAsync(NpgsqlDataSource database)
    {
        var tables = new GrownTables(database);
        foreach (var table in (await tables.ReadAsync()).Keys)
        {
            await tables.RunAsync($"alter table {table} set (autovacuum_enabled = false)");
            await tables.RunAsync($"vacuum analyze {table}");
        }
        return tables;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = _database.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Tables of which the work touched more pages than this, or of which it read more than as many rows one
    /// after the other.</summary>
    public async Task<string[]> ReadByMoreThanAsync(int pages, Func<Task> work)
    {
        var before = await ReadAsync();
        await work();
        var after = await ReadAsync();
        return
        [
            .. after.Select(table => (table.Key, Rows: table.Value.Rows - before[table.Key].Rows,
                    Pages: table.Value.Pages - before[table.Key].Pages))
                .Where(table => table.Rows > pages || table.Pages > pages)
                .Select(table => $"{table.Key}: {table.Pages} pages, {table.Rows} rows in a row"),
        ];
    }

    /// <summary>How many changes of the table's rows wrote its indexes again, for want of room in the page or because
    /// something indexed changed.</summary>
    public async Task<long> IndexedAgainAsync(string table, Func<Task> work)
    {
        var before = await CountAsync();
        await work();
        return await CountAsync() - before;

        async Task<long> CountAsync()
        {
            await FlushAsync();
            await using var count = _database.CreateCommand(
                "select n_tup_upd - n_tup_hot_upd from pg_stat_user_tables where relname = $1");
            count.Parameters.AddWithValue(table);
            return (long)(await count.ExecuteScalarAsync())!;
        }
    }

    /// <summary>A connection tells the server what it has read when it is idle, at most once a second, or at once when
    /// asked: each that there is, and no new one, whose statements would have no plans yet.</summary>
    private async Task FlushAsync()
    {
        await using var count = _database.CreateCommand("""
            select count(*) from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend'
            """);
        var connections = new NpgsqlConnection[(long)(await count.ExecuteScalarAsync())!];
        for (var i = 0; i < connections.Length; i++) connections[i] = await _database.OpenConnectionAsync();
        foreach (var connection in connections)
        {
            await using (connection)
            {
                await using var flush = new NpgsqlCommand("select pg_stat_force_next_flush()", connection);
                await flush.ExecuteNonQueryAsync();
            }
        }
    }

    private async Task<Dictionary<string, (long Rows, long Pages)>> ReadAsync()
    {
        await FlushAsync();
        var reads = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        await using var command = _database.CreateCommand(Reads);
        await using var row = await command.ExecuteReaderAsync();
        while (await row.ReadAsync()) reads.Add(row.GetString(0), (row.GetInt64(1), row.GetInt64(2)));
        return reads;
    }
}
