using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tessera.Messaging.Sqlite;

/// <summary>Creates a database file and switches it to the write-ahead log.</summary>
internal static class SqliteFile
{
    /// <summary>May be called by any number of processes at once.</summary>
    /// <exception cref="SqliteException">The file cannot be opened or written, or stays locked.</exception>
    /// <exception cref="InvalidOperationException">The file system does not support the write-ahead log.</exception>
    public static async Task CreateAsync(string file, TimeSpan timeout, TimeProvider clock, CancellationToken stop)
    {
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        var since = clock.GetTimestamp();
        while (true)
        {
            try
            {
                using var link = SqliteLink.Open(file, busyTimeoutMilliseconds: 100, statementsMax: 16);
                var mode = link.Query("PRAGMA journal_mode = WAL", [], row => row.GetString(0))[0];
                if (mode == "wal") return;
                throw new InvalidOperationException(
                    $"{file} cannot use the write-ahead log (journal_mode stays '{mode}'): put it on a local disk.");
            }
            catch (SqliteException busy) when (busy.SqliteErrorCode == raw.SQLITE_BUSY
                && clock.GetElapsedTime(since) < timeout)
            {
                // The switch needs the file alone, and another process makes it now.
                await Task.Delay(TimeSpan.FromMilliseconds(10), clock, stop).ConfigureAwait(false);
            }
        }
    }
}
