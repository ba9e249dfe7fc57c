using Microsoft.Data.Sqlite;

namespace Tessera.Cli.Keeping;

/// <summary>A copy of the embedded broker's log that fits the services' copies, though these show other moments.
/// </summary>
/// <remarks>Each subscriber begins where it was before its service was copied: what it has handled since then comes
/// again, and its inbox knows it. What a service has sent after it was copied is left out: it does not know that it
/// did, or has it in its outbox still.</remarks>
internal sealed class EmbeddedLogCopy
{
    private const int OffsetBits = 40;
    private readonly string _file;
    private readonly IReadOnlyList<(string Stream, string Subscriber, long Partition, long Next)> _positions;
    private readonly Dictionary<long, long> _ends = [];

    /// <summary>Before the first service is copied.</summary>
    public EmbeddedLogCopy(string file)
    {
        _file = file;
        _positions = Read(
            file, "select stream, subscriber, partition, next from log_positions",
            row => (row.GetString(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3)));
    }

    /// <summary>After the service whose stream it is was copied.</summary>
    public void EndOf(string stream)
    {
        foreach (var (id, next) in Read(
            _file, $"select id, next from log_partitions where stream = '{stream}'",
            row => (row.GetInt64(0), row.GetInt64(1))))
        {
            _ends[id] = next;
        }
    }

    /// <summary>After all of them.</summary>
    public void Take(string target)
    {
        SqliteCopy.Take(_file, target);
        using var connection = Open(target, SqliteOpenMode.ReadWrite);
        using var transaction = connection.BeginTransaction();
        foreach (var (id, end) in _ends)
        {
            Run("delete from log_entries where id >= $1 and id < $2", (id << OffsetBits) | end, (id + 1) << OffsetBits);
            Run("update log_partitions set next = min(next, $2) where id = $1", id, end);
        }
        foreach (var (stream, subscriber, partition, next) in _positions)
        {
            Run("update log_positions set next = min(next, $4) " +
                "where stream = $1 and subscriber = $2 and partition = $3", stream, subscriber, partition, next);
        }
        // Who began to read meanwhile, and so has no earlier position, is not ahead of its stream's end either.
        Run("""
            update log_positions set next = min(next, (select partitions.next from log_partitions as partitions
                where partitions.stream = log_positions.stream and partitions.partition = log_positions.partition))
            """);
        Run("delete from log_signals");
        transaction.Commit();

        void Run(string sql, params object[] values)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = transaction;
            for (var at = 0; at < values.Length; at++) command.Parameters.AddWithValue($"${at + 1}", values[at]);
            command.ExecuteNonQuery();
        }
    }

    private static List<T> Read<T>(string file, string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = Open(file, SqliteOpenMode.ReadOnly);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file, Mode = mode, Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }
}
