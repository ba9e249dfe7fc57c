namespace Tessera.Messaging.Sqlite;

/// <summary>The tables of the embedded log.</summary>
internal static class LogSchema
{
    public const int Version = 1;

    private const int OffsetBits = 40;

    /// <summary>
    /// An entry's key in the table: its partition's number above its offset. So a partition is one range of one b-tree,
    /// and appending or reading touches no second index.
    /// </summary>
    public static long EntryId(long partition, long offset) => (partition << OffsetBits) | offset;

    public static long OffsetOf(long entryId) => entryId & ((1L << OffsetBits) - 1);

    public static void Upgrade(SqliteLink link)
    {
        var version = link.QueryNumber("PRAGMA user_version");
        if (version > Version)
        {
            throw new InvalidOperationException(
                $"{link.Connection.DataSource} was written by a newer version (schema {version}, known {Version}): " +
                "update this program.");
        }
        if (version == Version) return;
        link.Execute(Tables + LeaseTables.Schema);
        link.Execute("PRAGMA user_version = 1");
    }

    private const string Tables =
        """
        CREATE TABLE log_partitions (
            id INTEGER PRIMARY KEY,
            stream TEXT NOT NULL,
            partition INTEGER NOT NULL,
            next INTEGER NOT NULL DEFAULT 0,
            UNIQUE (stream, partition)
        );
        CREATE TABLE log_entries (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            key TEXT,
            message_id TEXT,
            content_type TEXT NOT NULL,
            attributes TEXT,
            body BLOB NOT NULL
        );
        CREATE TABLE log_positions (
            stream TEXT NOT NULL,
            subscriber TEXT NOT NULL,
            partition INTEGER NOT NULL,
            next INTEGER NOT NULL,
            PRIMARY KEY (stream, subscriber, partition)
        ) WITHOUT ROWID;
        CREATE TABLE log_signals (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            channel TEXT NOT NULL,
            payload BLOB NOT NULL
        );
        """;
}
