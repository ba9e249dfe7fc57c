using System.Text.Json;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Events that wait for the relay, and the keys that are held back.</summary>
internal static class OutboxTable
{
    public const string Append =
        """
        INSERT INTO msg_outbox (shard, event_id, stream, key, type, source, time, traceparent, tracestate, data)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    // One index probe per row: a key that is not held costs a look into a table that is nearly always empty. What is
    // held for longer than any key is held was held before the clock was set back.
    public const string ReadShard =
        """
        SELECT id, shard, event_id, stream, key, type, source, time, traceparent, tracestate, data
        FROM msg_outbox AS waiting
        WHERE shard = $1 AND NOT EXISTS (
            SELECT 1 FROM msg_held_keys AS held
            WHERE held.stream = waiting.stream AND held.key = waiting.key
              AND held.retry_at > $2 AND held.retry_at <= $3)
        ORDER BY id LIMIT $4
        """;

    private const string Release =
        """
        DELETE FROM msg_held_keys WHERE EXISTS (
            SELECT 1 FROM msg_outbox AS accepted
            WHERE accepted.id IN (SELECT value FROM json_each($1))
              AND accepted.stream = msg_held_keys.stream AND accepted.key = msg_held_keys.key)
        """;

    private const string Delete = "DELETE FROM msg_outbox WHERE id IN (SELECT value FROM json_each($1))";

    private const string Hold =
        """
        INSERT INTO msg_held_keys (stream, key, shard, event_id, reason, attempts, retry_at)
        SELECT stream, key, shard, event_id, $2, $3, $4 FROM msg_outbox WHERE id = $1
        ON CONFLICT (stream, key) DO UPDATE SET shard = excluded.shard, event_id = excluded.event_id,
            reason = excluded.reason, attempts = excluded.attempts, retry_at = excluded.retry_at
        """;

    public static object?[] Parameters(OutboxRow row) =>
    [
        row.Shard, row.Event.Id, row.Event.Stream, row.Event.Key, row.Event.Type, row.Event.Source, row.Event.Time,
        row.Event.TraceParent, row.Event.TraceState, row.Event.Data,
    ];

    public static OutboxRow Read(StoreReader row) => new(row.GetInt64(0), row.GetInt32(1), ReadEvent(row, 2));

    /// <summary>Reads the nine columns of an event from <paramref name="first"/> on.</summary>
    public static EventEnvelope ReadEvent(StoreReader row, int first) => new()
    {
        Id = row.GetGuid(first),
        Stream = row.GetString(first + 1),
        Key = row.GetString(first + 2),
        Type = row.GetString(first + 3),
        Source = row.GetString(first + 4),
        Time = row.GetTime(first + 5),
        TraceParent = row.GetStringOrNull(first + 6),
        TraceState = row.GetStringOrNull(first + 7),
        Data = row.GetBytes(first + 8),
    };

    public static void Settle(SqliteLink link, IReadOnlyList<OutboxRow> accepted)
    {
        var ids = JsonSerializer.Serialize(accepted.Select(row => row.Id));
        link.Execute(Release, ids);
        link.Execute(Delete, ids);
    }

    public static void HoldKeys(SqliteLink link, IReadOnlyList<RefusedRow> rows)
    {
        foreach (var refused in rows)
            link.Execute(Hold, refused.Row.Id, refused.Reason, refused.Attempts, refused.RetryAt);
    }
}
