using System.Text.Json;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Messages of the service to itself, due later.</summary>
internal static class TimerTable
{
    public const string Add =
        """
        INSERT INTO msg_timers (id, type, key, due, traceparent, data) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (type, key) DO UPDATE SET id = excluded.id, due = excluded.due,
            traceparent = excluded.traceparent, data = excluded.data
        """;

    public const string Cancel = "DELETE FROM msg_timers WHERE type = $1 AND key = $2";

    public const string NextDue = "SELECT MIN(due) FROM msg_timers";

    private const string TakeDue =
        """
        DELETE FROM msg_timers WHERE id IN (SELECT id FROM msg_timers WHERE due <= $1 ORDER BY due, id LIMIT $2)
        RETURNING id, type, key, due, traceparent, data
        """;

    private const string TakeGiven =
        """
        DELETE FROM msg_timers WHERE id IN (SELECT value FROM json_each($1))
        RETURNING id, type, key, due, traceparent, data
        """;

    private const string PutOffGiven =
        "UPDATE msg_timers SET due = $2 WHERE id IN (SELECT value FROM json_each($1))";

    public static object?[] Parameters(TimerRow timer) =>
        [timer.Id, timer.Type, timer.Key, timer.Due, timer.TraceParent, timer.Data];

    public static IReadOnlyList<TimerRow> Take(SqliteLink link, DateTimeOffset dueBy, int limit) =>
        InOrder(link.Query(TakeDue, [dueBy, limit], Read));

    public static IReadOnlyList<TimerRow> Take(SqliteLink link, IReadOnlyList<Guid> ids) =>
        InOrder(link.Query(TakeGiven, [JsonSerializer.Serialize(ids)], Read));

    public static int PutOff(SqliteLink link, IReadOnlyList<Guid> ids, DateTimeOffset due) =>
        link.Execute(PutOffGiven, JsonSerializer.Serialize(ids), due);

    // RETURNING promises no order.
    private static List<TimerRow> InOrder(List<TimerRow> timers) =>
        [.. timers.OrderBy(timer => timer.Due).ThenBy(timer => timer.Id.ToString("D"), StringComparer.Ordinal)];

    private static TimerRow Read(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetTime(3), row.GetStringOrNull(4), row.GetBytes(5));
}
