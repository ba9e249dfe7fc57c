using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Messages that could not be handled with those that wait behind them, and what
/// operators did to them.</summary>
internal static class ParkTables
{
    public const string AddKey =
        "INSERT INTO msg_parked_keys (stream, key) VALUES ($1, $2) ON CONFLICT (stream, key) DO NOTHING";

    public const string Add =
        """
        INSERT INTO msg_parked (event_id, stream, key, type, source, time, traceparent, tracestate, data,
            reason, attempts, parked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        """;

    private const string Columns =
        "position, event_id, stream, key, type, source, time, traceparent, tracestate, " +
        "data, reason, attempts, parked_at";

    public static string List(ParkedFilter filter, ParkedPlace? after) =>
        $"""
        SELECT {Columns} FROM msg_parked
        WHERE {filter.Condition} AND {(after is null ? "TRUE" : "(stream, key, position) > ($8, $9, $10)")}
        ORDER BY stream, key, position LIMIT $11
        """;

    public static string ListReplays(ParkedKey? after) =>
        $"""
        SELECT stream, key, (
            SELECT COUNT(*) FROM msg_parked AS message
            WHERE message.stream = replay.stream AND message.key = replay.key), replay_at
        FROM msg_parked_keys AS replay
        WHERE replay_at IS NOT NULL AND {(after is null ? "TRUE" : "(replay_at, stream, key) > ($2, $3, $4)")}
        ORDER BY replay_at, stream, key LIMIT $1
        """;

    /// <summary>Always later than the mark before: a replay that fails ends the request that it saw, and no later one.
    /// </summary>
    private static string Mark(string at) => $"MAX({at}, COALESCE(replay_at + 1, 0))";

    private const string TakeFirst =
        $"""
        DELETE FROM msg_parked WHERE position IN (
            SELECT position FROM msg_parked WHERE stream = $1 AND key = $2 ORDER BY position LIMIT $3)
        RETURNING {Columns}
        """;

    private const string RemoveEmptyKey =
        """
        DELETE FROM msg_parked_keys WHERE stream = $1 AND key = $2
          AND NOT EXISTS (SELECT 1 FROM msg_parked WHERE stream = $1 AND key = $2)
        """;

    private const string Audit =
        "INSERT INTO msg_audit (at, by, action, stream, key, event_id, type, reason, data, note, act) " +
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    private const string CountAct = "SELECT COUNT(*) FROM msg_audit WHERE act = $1";

    public const string FindChanged =
        "SELECT new_event_id FROM msg_audit WHERE act = $1 AND new_event_id IS NOT NULL LIMIT 1";

    public static string Count(ParkedFilter filter, bool wholeKeys) => "SELECT COUNT(*) FROM msg_parked WHERE " +
        (wholeKeys ? $"(stream, key) IN ({MatchingKeys(filter)})" : filter.Condition);

    private static string MatchingKeys(ParkedFilter filter) =>
        $"SELECT DISTINCT stream, key FROM msg_parked WHERE {filter.Condition}";

    public static object?[] Parameters(ParkedMessage message)
    {
        var parked = message.Event;
        return
        [
            parked.Id, parked.Stream, parked.Key, parked.Type, parked.Source, parked.Time,
            parked.TraceParent, parked.TraceState, parked.Data, message.Reason, message.Attempts, message.ParkedAt,
        ];
    }

    public static object?[] Parameters(ParkedFilter filter) =>
    [
        filter.Stream, filter.Key, filter.EventId, filter.Type, filter.ReasonPattern, filter.From, filter.To,
    ];

    public static ParkedMessage Read(StoreReader row) => new(
        row.GetInt64(0), OutboxTable.ReadEvent(row, 1), row.GetString(10), row.GetInt32(11), row.GetTime(12));

    public static IReadOnlyList<ParkedMessage> Take(SqliteLink link, string stream, string key, int limit)
    {
        var taken = link.Query(TakeFirst, [stream, key, limit], Read);
        link.Execute(RemoveEmptyKey, stream, key);
        return [.. taken.OrderBy(message => message.Position)]; // RETURNING promises no order.
    }

    public static int RequestReplay(SqliteLink link, ParkedFilter filter, ParkedAct act)
    {
        if (Done(link, act) is > 0 and var done) return done;
        Expect(link, filter, act, wholeKeys: true);
        var messages = link.Execute(
            $"""
            INSERT INTO msg_audit (at, by, action, stream, key, event_id, type, reason, note, act)
            SELECT $8, $9, 'replay', stream, key, event_id, type, reason, $10, $11 FROM msg_parked
            WHERE (stream, key) IN ({MatchingKeys(filter)}) ORDER BY position
            """, [.. Parameters(filter), act.At, act.By, act.Note, act.Id]);
        link.Execute(
            $"""
            UPDATE msg_parked_keys SET replay_at = {Mark("$8")}
            WHERE (stream, key) IN ({MatchingKeys(filter)})
            """, [.. Parameters(filter), act.At]);
        return messages;
    }

    /// <summary>How many messages an act of this name has concerned already.</summary>
    private static int Done(SqliteLink link, ParkedAct act) =>
        act.Id is { } id ? (int)link.QueryNumber(CountAct, id) : 0;

    private static void Expect(SqliteLink link, ParkedFilter filter, ParkedAct act, bool wholeKeys)
    {
        if (act.Expected is not { } expected) return;
        var now = link.Query(Count(filter, wholeKeys), Parameters(filter), row => row.GetInt32(0))[0];
        if (now != expected) throw new ParkedCountException(expected, now);
    }

    public static int Change(SqliteLink link, ParkedChange change, ParkedAct act)
    {
        if (Done(link, act) is > 0 and var done) return done;
        var recorded = link.Execute(
            """
            INSERT INTO msg_audit
                (at, by, action, stream, key, event_id, type, reason, data, note, act, new_event_id, new_data)
            SELECT $4, $5, 'change', stream, key, event_id, type, reason, data, $6, $7, $2, $3
            FROM msg_parked WHERE event_id = $1
            """, change.EventId, change.NewId, change.Data, act.At, act.By, act.Note, act.Id);
        if (recorded == 0) return 0;
        link.Execute(
            $"""
            UPDATE msg_parked_keys SET replay_at = {Mark("$2")}
            WHERE (stream, key) IN (SELECT stream, key FROM msg_parked WHERE event_id = $1)
            """, change.EventId, act.At);
        return link.Execute(
            "UPDATE msg_parked SET event_id = $2, data = $3 WHERE event_id = $1",
            change.EventId, change.NewId, change.Data);
    }

    public static void EndReplay(SqliteLink link, ParkedKey replay, Guid failed, string reason, int attempts)
    {
        // Whoever waited when the replay was rolled back may have put another message there, or none.
        var noted = link.Execute(
            """
            UPDATE msg_parked SET reason = $3, attempts = $4
            WHERE position = (SELECT MIN(position) FROM msg_parked WHERE stream = $1 AND key = $2) AND event_id = $5
            """, replay.Stream, replay.Key, reason, attempts, failed);
        if (noted == 0) return;
        link.Execute(
            "UPDATE msg_parked_keys SET replay_at = NULL WHERE stream = $1 AND key = $2 AND replay_at = $3",
            replay.Stream, replay.Key, replay.RequestedAt);
    }

    public static int Discard(SqliteLink link, ParkedFilter filter, ParkedAct act)
    {
        if (Done(link, act) is > 0 and var done) return done;
        Expect(link, filter, act, wholeKeys: false);
        var discarded = link.Query(
            $"DELETE FROM msg_parked WHERE {filter.Condition} RETURNING {Columns}", Parameters(filter), Read);
        foreach (var message in discarded)
        {
            var parked = message.Event;
            link.Execute(Audit, act.At, act.By, "discard", parked.Stream,
                parked.Key, parked.Id, parked.Type, message.Reason, parked.Data, act.Note, act.Id);
        }
        foreach (var (stream, key) in discarded.Select(message => (message.Event.Stream, message.Event.Key)).Distinct())
            link.Execute(RemoveEmptyKey, stream, key);
        return discarded.Count;
    }
}
