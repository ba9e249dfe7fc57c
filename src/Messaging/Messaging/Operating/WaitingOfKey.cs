using Tessera.Messaging.Handling;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging;

/// <summary>What of one key waits in this service's database: to be sent, to be due, or for an operator. A singleton
/// service; it only reads.</summary>
public sealed class WaitingOfKey
{
    /// <summary>How far into the outbox is looked: its rows have no index by key, which each publish would pay for.
    /// </summary>
    public const int OutboxRowsMax = 5_000;

    /// <summary>Of each kind no more is told.</summary>
    public const int ItemsMax = 200;

    private readonly IDatabase _database;
    private readonly MessageRegistry _registry;

    internal WaitingOfKey(IDatabase database, MessageRegistry registry) =>
        (_database, _registry) = (database, registry);

    /// <summary>Reads by indexes alone, a bounded number of rows of each table.</summary>
    public async Task<KeyWaiting> ReadAsync(string key, CancellationToken stop)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var shard = Partitioner.PartitionOf(key, _registry.Partitions);
        var (outbox, isWhole) = await ReadOutboxAsync(shard, key, stop).ConfigureAwait(false);
        return new KeyWaiting(
            outbox, isWhole,
            await ReadHeldAsync(shard, key, stop).ConfigureAwait(false),
            await ReadTimersAsync(key, stop).ConfigureAwait(false),
            await ReadParkedAsync(key, stop).ConfigureAwait(false));
    }

    private async Task<(IReadOnlyList<WaitingEvent> Events, bool IsWhole)> ReadOutboxAsync(
        int shard, string key, CancellationToken stop)
    {
        var found = await _database.QueryAsync(
            $"""
            select event_id, type, time, traceparent
            from (
                select id, key, event_id, type, time, traceparent from msg_outbox
                where shard = $1 order by id limit $2) as waiting
            where waiting.key = $3 order by id limit {ItemsMax}
            """,
            [shard, OutboxRowsMax, key],
            row => new WaitingEvent(row.GetGuid(0), row.GetString(1), row.GetTime(2), row.GetStringOrNull(3)),
            stop).ConfigureAwait(false);
        var further = await _database.QueryAsync(
            "select 1 from msg_outbox where shard = $1 order by id limit 1 offset $2",
            [shard, OutboxRowsMax], row => row.GetInt32(0), stop).ConfigureAwait(false);
        return (found, further.Count == 0);
    }

    private async Task<HeldKey?> ReadHeldAsync(int shard, string key, CancellationToken stop)
    {
        var held = await _database.QueryAsync(
            """
            select stream, shard, key, event_id, reason, attempts, retry_at from msg_held_keys
            where shard = $1 and stream = $2 and key = $3
            """,
            [shard, _registry.Service, key], ReadHeld, stop).ConfigureAwait(false);
        return held.Count == 0 ? null : held[0];
    }

    /// <summary>Keys whose events the broker refuses, of this whole service.</summary>
    public async Task<IReadOnlyList<HeldKey>> ListHeldAsync(int limit, CancellationToken stop)
    {
        // Along the index, which each engine has in another order: else all of them are sorted for a few.
        var order = _database.Engine == "postgres" ? "shard, stream, key" : "stream, key";
        return await _database.QueryAsync(
            $"""
            select stream, shard, key, event_id, reason, attempts, retry_at from msg_held_keys
            order by {order} limit $1
            """,
            [limit], ReadHeld, stop).ConfigureAwait(false);
    }

    private static HeldKey ReadHeld(StoreReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetGuid(3), row.GetString(4), row.GetInt32(5),
        row.GetTime(6));

    /// <summary>First found, then sorted: PostgreSQL may else go along all timers by their times, and look at the key
    /// of each.</summary>
    private async Task<IReadOnlyList<WaitingTimer>> ReadTimersAsync(string key, CancellationToken stop) =>
        await _database.QueryAsync(
            $"""
            with own as materialized (
                select type, due, traceparent from msg_timers where {_database.In("type", 1)} and key = $2)
            select type, due, traceparent from own order by due limit {ItemsMax}
            """,
            [_database.List([.. _registry.HandledTimers.Keys]), key],
            row => new WaitingTimer(row.GetString(0), row.GetTime(1), row.GetStringOrNull(2)),
            stop).ConfigureAwait(false);

    private async Task<IReadOnlyList<WaitingParked>> ReadParkedAsync(string key, CancellationToken stop)
    {
        string[] streams = [.. _registry.SubscribedStreams, TimerIntake.TimersStream];
        var replay = _database.Engine == "postgres" ? "replay_requested_at" : "replay_at";
        return await _database.QueryAsync(
            $"""
            select parked.stream, parked.position, parked.event_id, parked.type, parked.time, parked.parked_at,
                parked.attempts, parked.reason, parked.traceparent,
                (select {replay} from msg_parked_keys as keys
                    where keys.stream = parked.stream and keys.key = parked.key)
            from msg_parked as parked
            where {_database.In("parked.stream", 1)} and parked.key = $2
            order by parked.stream, parked.position limit {ItemsMax}
            """,
            [_database.List(streams), key],
            row => new WaitingParked(
                row.GetString(0), row.GetInt64(1), row.GetGuid(2), row.GetString(3), row.GetTime(4), row.GetTime(5),
                row.GetInt32(6), row.GetString(7), row.GetStringOrNull(8), row.GetTimeOrNull(9)),
            stop).ConfigureAwait(false);
    }
}

/// <summary>What of one key waits in one service.</summary>
/// <param name="Outbox">Published and not yet accepted by the broker, in order.</param>
/// <param name="IsOutboxWhole">False when the outbox was too long to be looked through: then <paramref name="Outbox"/>
/// may miss events.</param>
/// <param name="Held">Why the relay holds the key back, or null.</param>
/// <param name="Timers">What the service will tell itself, and when.</param>
/// <param name="Parked">What could not be handled, and what waits behind it, in order.</param>
public sealed record KeyWaiting(
    IReadOnlyList<WaitingEvent> Outbox, bool IsOutboxWhole, HeldKey? Held, IReadOnlyList<WaitingTimer> Timers,
    IReadOnlyList<WaitingParked> Parked);

/// <summary>An event that the broker has not accepted yet.</summary>
public sealed record WaitingEvent(Guid EventId, string Type, DateTimeOffset Time, string? TraceParent);

/// <summary>A timer that is not due yet.</summary>
public sealed record WaitingTimer(string Type, DateTimeOffset Due, string? TraceParent);

/// <summary>A parked message, without its body.</summary>
/// <param name="Attempts">0 for one that only waits behind another.</param>
/// <param name="ReplayAt">Since when it is to be handled again; null when nobody has asked for that.</param>
public sealed record WaitingParked(
    string Stream, long Position, Guid EventId, string Type, DateTimeOffset Time, DateTimeOffset ParkedAt,
    int Attempts, string Reason, string? TraceParent, DateTimeOffset? ReplayAt);
