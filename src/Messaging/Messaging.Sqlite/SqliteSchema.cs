namespace Tessera.Messaging.Sqlite;

/// <summary>The library's own tables in the service's database. Each step is run once, in order.</summary>
internal static class SqliteSchema
{
    /// <summary>The steps of the first release. Its builds refuse a higher number in <c>msg_schema</c>, so what came
    /// later is counted in a table that they do not look at: they go on beside newer builds, and after them.</summary>
    private const int FirstRelease = 3;

    /// <summary>Builds between the releases counted everything in one table.</summary>
    private static readonly string[] s_version =
    [
        "CREATE TABLE IF NOT EXISTS msg_schema (version INTEGER NOT NULL PRIMARY KEY)",
        "CREATE TABLE IF NOT EXISTS msg_schema_added (version INTEGER NOT NULL PRIMARY KEY)",
        $"INSERT OR IGNORE INTO msg_schema_added SELECT version FROM msg_schema WHERE version > {FirstRelease}",
        $"DELETE FROM msg_schema WHERE version > {FirstRelease}",
    ];

    /// <summary>What each version added, the first one at 0.</summary>
    public static IReadOnlyList<string> Steps => s_steps;

    /// <summary>Tables of a newer version are used as they are, so that a release can go back, unless that version says
    /// in <c>msg_schema_oldest (version)</c> that this one cannot work with them.</summary>
    /// <exception cref="InvalidOperationException">A newer version has changed the tables too far.</exception>
    public static void Upgrade(SqliteLink link) => Upgrade(link, s_steps);

    internal static void Upgrade(SqliteLink link, IReadOnlyList<string> steps)
    {
        foreach (var statement in s_version) link.Execute(statement);
        var version = (int)link.QueryNumber(
            "SELECT COALESCE(MAX(version), 0) FROM " +
            "(SELECT version FROM msg_schema UNION ALL SELECT version FROM msg_schema_added)");
        if (version > steps.Count && Oldest(link) > steps.Count)
        {
            throw new InvalidOperationException(
                $"{link.Connection.DataSource} was written by a newer version (schema {version}, " +
                $"known {steps.Count}): update this program.");
        }
        for (var step = version; step < steps.Count; step++)
        {
            link.Execute(steps[step]);
            link.Execute(
                $"INSERT INTO {(step < FirstRelease ? "msg_schema" : "msg_schema_added")} (version) VALUES ($1)",
                step + 1);
        }
    }

    /// <summary>The oldest version that can work with the tables. None is written down: every later step only adds, so
    /// all can.</summary>
    private static long Oldest(SqliteLink link) =>
        link.QueryNumber("SELECT COUNT(*) FROM sqlite_master WHERE name = 'msg_schema_oldest'") == 0
            ? 0
            : link.QueryNumber("SELECT COALESCE(MAX(version), 0) FROM msg_schema_oldest");

    // AUTOINCREMENT: an id is never given twice, so a settle that comes late cannot delete a younger row.
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE msg_outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            shard INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            stream TEXT NOT NULL,
            key TEXT NOT NULL,
            type TEXT NOT NULL,
            source TEXT NOT NULL,
            time INTEGER NOT NULL,
            traceparent TEXT,
            tracestate TEXT,
            data BLOB NOT NULL
        );
        CREATE INDEX msg_outbox_shard ON msg_outbox (shard);
        CREATE TABLE msg_held_keys (
            stream TEXT NOT NULL,
            key TEXT NOT NULL,
            shard INTEGER NOT NULL,
            event_id TEXT NOT NULL,
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            retry_at INTEGER NOT NULL,
            PRIMARY KEY (stream, key)
        ) WITHOUT ROWID;
        CREATE TABLE msg_inbox (
            number INTEGER PRIMARY KEY,
            event_id TEXT NOT NULL UNIQUE,
            handled_at INTEGER NOT NULL
        );
        CREATE TABLE msg_parked_keys (
            stream TEXT NOT NULL,
            key TEXT NOT NULL,
            replay_at INTEGER,
            PRIMARY KEY (stream, key)
        ) WITHOUT ROWID;
        CREATE INDEX msg_parked_keys_replay ON msg_parked_keys (replay_at) WHERE replay_at IS NOT NULL;
        CREATE TABLE msg_parked (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id TEXT NOT NULL,
            stream TEXT NOT NULL,
            key TEXT NOT NULL,
            type TEXT NOT NULL,
            source TEXT NOT NULL,
            time INTEGER NOT NULL,
            traceparent TEXT,
            tracestate TEXT,
            data BLOB NOT NULL,
            reason TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            parked_at INTEGER NOT NULL
        );
        CREATE INDEX msg_parked_key ON msg_parked (stream, key);
        CREATE INDEX msg_parked_event ON msg_parked (event_id);
        CREATE TABLE msg_timers (
            id TEXT NOT NULL PRIMARY KEY,
            type TEXT NOT NULL,
            key TEXT NOT NULL,
            due INTEGER NOT NULL,
            traceparent TEXT,
            data BLOB NOT NULL,
            UNIQUE (type, key)
        );
        CREATE INDEX msg_timers_due ON msg_timers (due, id);
        CREATE TABLE msg_audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            by TEXT NOT NULL,
            action TEXT NOT NULL,
            stream TEXT NOT NULL,
            key TEXT NOT NULL,
            event_id TEXT,
            type TEXT,
            reason TEXT,
            data BLOB
        );
        """ + LeaseTables.Schema,
        """
        CREATE TABLE msg_shard_brokers (
            shard INTEGER NOT NULL PRIMARY KEY,
            broker TEXT NOT NULL,
            previous TEXT,
            move TEXT,
            moved_at INTEGER NOT NULL,
            closed INTEGER NOT NULL
        );
        """,
        """
        ALTER TABLE msg_audit ADD COLUMN note TEXT;
        ALTER TABLE msg_audit ADD COLUMN act TEXT;
        CREATE INDEX msg_audit_act ON msg_audit (act) WHERE act IS NOT NULL;
        """,
        """
        ALTER TABLE msg_audit ADD COLUMN new_event_id TEXT;
        ALTER TABLE msg_audit ADD COLUMN new_data BLOB;
        CREATE INDEX msg_audit_change ON msg_audit (new_event_id) WHERE new_event_id IS NOT NULL;
        """,
    ];
}
