using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>Reads the library's own rows; each expects the columns in the order named beside it.</summary>
internal static class Rows
{
    public const string EventColumns = "event_id, stream, key, type, source, time, traceparent, tracestate, data";
    public const string ParkedColumns = "position, " + EventColumns + ", reason, attempts, parked_at";

    public static EventEnvelope Event(StoreReader row, int first) => new()
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

    /// <summary>id, type, key, due, traceparent, data.</summary>
    public static TimerRow Timer(StoreReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetTime(3), row.GetStringOrNull(4), row.GetBytes(5));

    public static ParkedMessage Parked(StoreReader row) => new(
        row.GetInt64(0), Event(row, 1), row.GetString(10), row.GetInt32(11), row.GetTime(12));
}
