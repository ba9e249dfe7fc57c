namespace Tessera.Messaging.Store;

/// <summary>An event that waits for the relay. <see cref="Id"/> is given by the database; 0 when appended.</summary>
/// <param name="Shard">The partition of the event's stream: one relay leads a shard at a time.</param>
public sealed record OutboxRow(long Id, int Shard, EventEnvelope Event);

/// <summary>A row that the broker refused: its key waits until the row is tried again.</summary>
public sealed record RefusedRow(OutboxRow Row, string Reason, int Attempts, DateTimeOffset RetryAt);

/// <summary>A key whose first outbox row the broker refused.</summary>
public sealed record HeldKey(
    string Stream, int Shard, string Key, Guid EventId, string Reason, int Attempts, DateTimeOffset RetryAt);

/// <summary>Answer of the inbox: the new ids, and the keys that have parked messages.</summary>
public sealed record Admission(IReadOnlySet<Guid> New, IReadOnlySet<string> ParkedKeys);

/// <summary>A message to the service itself, due later.</summary>
/// <param name="Type">The registered timer name.</param>
/// <param name="Key">What it is about; one timer of a type and key waits at a time.</param>
public sealed record TimerRow(
    Guid Id, string Type, string Key, DateTimeOffset Due, string? TraceParent, ReadOnlyMemory<byte> Data);

/// <summary>A message that could not be handled, or one that waits behind it.</summary>
/// <param name="Position">Order within the key; given by the database, 0 when parked.</param>
/// <param name="Attempts">0 for a follower that was never tried.</param>
public sealed record ParkedMessage(
    long Position, EventEnvelope Event, string Reason, int Attempts, DateTimeOffset ParkedAt);

/// <summary>A parked key that is to be handled again.</summary>
/// <param name="RequestedAt">The mark of the request, later than that of any request before it.</param>
public sealed record ParkedKey(string Stream, string Key, int Messages, DateTimeOffset RequestedAt);

/// <summary>Which parked messages; null means any.</summary>
/// <param name="Reason">The whole reason, in which <c>*</c> stands for any text.</param>
/// <param name="From">Parked then or later.</param>
/// <param name="To">Parked before then.</param>
public sealed record ParkedFilter(
    string? Stream = null, string? Key = null, Guid? EventId = null, string? Type = null, string? Reason = null,
    DateTimeOffset? From = null, DateTimeOffset? To = null)
{
    /// <summary>What the statement of a store asks for, in the dialect that all share: $1 stream, $2 key, $3 event id,
    /// $4 type, $5 pattern of the reason, $6 and $7 when they were parked. Only what is given stands there: a statement
    /// that asks whether a parameter is null is planned without any index.</summary>
    public string Condition
    {
        get
        {
            string?[] asked =
            [
                Stream is null ? null : "stream = $1", Key is null ? null : "key = $2",
                EventId is null ? null : "event_id = $3", Type is null ? null : "type = $4",
                Reason is null ? null : "reason like $5 escape '\\'", From is null ? null : "parked_at >= $6",
                To is null ? null : "parked_at < $7",
            ];
            var given = string.Join(" and ", asked.Where(condition => condition is not null));
            return given.Length > 0 ? given : "true";
        }
    }

    /// <summary>The reason as a pattern of SQL's <c>like … escape '\'</c>.</summary>
    public string? ReasonPattern => Reason?
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace('*', '%');
}

/// <summary>What an operator decides about parked messages, as it is recorded.</summary>
/// <param name="By">Who.</param>
/// <param name="Note">Why.</param>
/// <param name="Id">Names the act: a second one of the same name changes nothing and has the first one's answer.
/// </param>
/// <param name="Expected">How many messages it is to concern: when it would be another number, nothing is done.
/// Counted in the transaction of the act.</param>
public sealed record ParkedAct(
    string By, DateTimeOffset At, string? Note = null, Guid? Id = null, int? Expected = null);

/// <summary>Another body for a parked message. What comes of it is a message of its own, at the place of the one that
/// it stands for.</summary>
public sealed record ParkedChange(Guid EventId, Guid NewId, ReadOnlyMemory<byte> Data);

/// <summary>Where a parked message stands in the list of all: they are sorted by these, in the database's
/// order.</summary>
public sealed record ParkedPlace(string Stream, string Key, long Position);

/// <summary>What the health and status pages show. <see cref="OutboxRows"/> is exact up to 10,000,
/// then an estimate; <see cref="OutboxOldest"/> is of an event whose key is not held, since one that is held is
/// known to wait, and says nothing of the others.</summary>
/// <param name="TimersNext">When the first timer is or was due; null when there is none.</param>
/// <param name="InboxNewest">When a message was handled last; null when none is remembered.</param>
public sealed record StoreStatistics(
    long OutboxRows, DateTimeOffset? OutboxOldest, long HeldKeys, long ParkedMessages, long ParkedKeys, long Timers,
    DateTimeOffset? TimersNext = null, DateTimeOffset? InboxNewest = null);
