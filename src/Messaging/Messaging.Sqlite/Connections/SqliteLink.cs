using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>One kept-open connection with its prepared statements, the least used of which is dropped beyond a bound.
/// Not safe for concurrent use.</summary>
internal sealed class SqliteLink : IDisposable
{
    private readonly Dictionary<string, LinkedListNode<SqliteCommand>> _commands = new(StringComparer.Ordinal);
    private readonly LinkedList<SqliteCommand> _byUse = new();
    private readonly int _statementsMax;
    private sqlite3_stmt? _dataVersion;

    private SqliteLink(SqliteConnection connection, int statementsMax)
    {
        Connection = connection;
        _statementsMax = statementsMax;
    }

    public SqliteConnection Connection { get; }

    /// <summary>The transaction that statements run in, if one is open.</summary>
    public SqliteTransaction? Transaction { get; set; }

    /// <param name="file">The database file.</param>
    /// <param name="busyTimeoutMilliseconds">How long SQLite itself waits for a lock, in steps of a few milliseconds.
    /// Without it Microsoft.Data.Sqlite waits in steps of 150 ms.</param>
    /// <param name="statementsMax">Prepared statements kept.</param>
    public static SqliteLink Open(string file, int busyTimeoutMilliseconds, int statementsMax)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Pooling = false,
            DefaultTimeout = 1,
        }.ToString());
        try
        {
            connection.Open();
            _ = raw.sqlite3_busy_timeout(connection.Handle, busyTimeoutMilliseconds);
            var link = new SqliteLink(connection, statementsMax);
            link.Execute("PRAGMA synchronous = FULL");
            link.Execute("PRAGMA foreign_keys = ON");
            return link;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public int Execute(string sql, params object?[] parameters)
    {
        using var span = SqliteTraces.Start(sql, Connection);
        try
        {
            return Command(sql, parameters).ExecuteNonQuery();
        }
        catch (SqliteException failure) when (SqliteTraces.Failed(span, failure))
        {
            throw;
        }
    }

    public List<T> Query<T>(string sql, object?[] parameters, Func<StoreReader, T> read)
    {
        using var span = SqliteTraces.Start(sql, Connection);
        try
        {
            return Read(sql, parameters, read);
        }
        catch (SqliteException failure) when (SqliteTraces.Failed(span, failure))
        {
            throw;
        }
    }

    private List<T> Read<T>(string sql, object?[] parameters, Func<StoreReader, T> read)
    {
        using var rows = Command(sql, parameters).ExecuteReader();
        var reader = new SqliteReader(rows);
        var found = new List<T>();
        while (rows.Read()) found.Add(read(reader));
        while (rows.NextResult())
        {
            // The rows of later statements are nobody's, but the statements must run.
        }
        return found;
    }

    /// <summary>Reads row by row while <paramref name="read"/> wants more.</summary>
    public void Each(string sql, object?[] parameters, Func<StoreReader, bool> read)
    {
        using var rows = Command(sql, parameters).ExecuteReader();
        var reader = new SqliteReader(rows);
        while (rows.Read() && read(reader))
        {
            // The next row.
        }
    }

    /// <summary>
    /// Takes the write lock in the transaction that BEGIN has opened, as BEGIN IMMEDIATE would, but answers at once
    /// when another process has it: Microsoft.Data.Sqlite would sleep 150 ms on this thread. The statement begins
    /// a write transaction and, as the file has no incremental vacuum, changes nothing.
    /// </summary>
    public bool TryLock()
    {
        var result = raw.sqlite3_exec(Connection.Handle, "PRAGMA incremental_vacuum(1)");
        if ((result & 0xff) == raw.SQLITE_BUSY) return false;
        Check(result);
        return true;
    }

    public long QueryNumber(string sql, params object?[] parameters) =>
        Convert.ToInt64(Command(sql, parameters).ExecuteScalar(), CultureInfo.InvariantCulture);

    /// <summary>
    /// A number that changes when another connection of any process has committed, and not when this one has. Reads no
    /// page of the file.
    /// </summary>
    public long DataVersion()
    {
        if (_dataVersion is null)
        {
            Check(raw.sqlite3_prepare_v2(Connection.Handle, "PRAGMA data_version", out _dataVersion));
        }
        try
        {
            var result = raw.sqlite3_step(_dataVersion);
            if (result != raw.SQLITE_ROW) Check(result);
            return raw.sqlite3_column_int64(_dataVersion, 0);
        }
        finally
        {
            _ = raw.sqlite3_reset(_dataVersion);
        }
    }

    public void Check(int result)
    {
        if (result is not (raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE))
            SqliteException.ThrowExceptionForRC(result, Connection.Handle);
    }

    public void Dispose()
    {
        foreach (var command in _byUse) command.Dispose();
        _dataVersion?.Dispose();
        Connection.Dispose();
    }

    private SqliteCommand Command(string sql, object?[] parameters)
    {
        var command = Cached(sql);
        command.Transaction = Transaction;
        for (var index = 0; index < parameters.Length; index++)
        {
            var value = SqliteValue.Of(parameters[index]);
            if (index == command.Parameters.Count) command.Parameters.Add(new SqliteParameter(Name(index), value));
            else command.Parameters[index].Value = value;
        }
        return command;
    }

    private SqliteCommand Cached(string sql)
    {
        if (_commands.TryGetValue(sql, out var node))
        {
            if (node.Previous is not null)
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
            }
            return node.Value;
        }
        if (_commands.Count >= _statementsMax)
        {
            var oldest = _byUse.Last!.Value;
            _byUse.RemoveLast();
            _commands.Remove(oldest.CommandText);
            oldest.Dispose();
        }
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        _commands[sql] = _byUse.AddFirst(command);
        return command;
    }

    private static string Name(int index) => index < s_names.Length ? s_names[index] : NameOf(index);

    private static string NameOf(int index) => "$" + (index + 1).ToString(CultureInfo.InvariantCulture);

    private static readonly string[] s_names = [.. Enumerable.Range(0, 32).Select(NameOf)];
}
