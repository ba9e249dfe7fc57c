using Microsoft.Data.Sqlite;

namespace Tessera.Cli.Keeping;

/// <summary>Copies a database file while others write to it, and puts a copy in the place of one that nobody has
/// open.</summary>
internal static class SqliteCopy
{
    private const int BusySecondsMax = 5;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>One moment of the file, by SQLite's online backup; nobody waits for it.</summary>
    public static void Take(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        try
        {
            using var from = Open(source, SqliteOpenMode.ReadOnly);
            using var to = Open(target, SqliteOpenMode.ReadWriteCreate);
            from.BackupDatabase(to);
            Run(to, "pragma journal_mode = delete"); // One file, without a log beside it.
            if (Run(to, "pragma quick_check") is not "ok" and var found)
                throw new UserError($"{source} is damaged, and the backup of it would be: {found}");
        }
        catch (SqliteException failure)
        {
            throw new UserError($"{source} cannot be copied: {failure.Message}");
        }
    }

    /// <summary>In one step: at no moment is there half a database, or one with another's log.</summary>
    public static void Put(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var next = target + ".restoring";
        File.Copy(source, next, overwrite: true);
        using (var written = new FileStream(next, FileMode.Open, FileAccess.ReadWrite))
            written.Flush(flushToDisk: true);
        PutLogBack(target);
        File.Move(next, target, overwrite: true);
    }

    /// <summary>What a killed process left in the log belongs to the old file, and must not be read into the new one.
    /// </summary>
    private static void PutLogBack(string file)
    {
        if (!File.Exists(file + "-wal")) return;
        try
        {
            using var old = Open(file, SqliteOpenMode.ReadWrite);
            Run(old, "pragma wal_checkpoint(truncate)");
            Run(old, "pragma journal_mode = delete"); // Refused while another process has it open.
        }
        catch (SqliteException broken) when (broken.SqliteErrorCode is Corrupt or NotADatabase)
        {
            File.Move(file, file + ".damaged", overwrite: true);
            // SQLite itself removes what it cannot make out.
            if (File.Exists(file + "-wal")) File.Move(file + "-wal", file + ".damaged-wal", overwrite: true);
            File.Delete(file + "-shm");
        }
        catch (SqliteException busy)
        {
            throw new UserError($"{file} is in use: {busy.Message}");
        }
    }

    private static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = BusySecondsMax,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static string? Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
