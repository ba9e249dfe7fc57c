using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The library's tables in PostgreSQL. Each member outside a session is one pipeline: one round trip, one
/// transaction, no state left on the connection.</summary>
internal sealed partial class PostgresStore(
    PostgresDatabase database, IOptions<OutboxOptions> outbox, TimeProvider clock) : IMessageStore
{
    /// <summary>For what may be lost with the machine without harm: a lost settle is a second send, which the inbox
    /// drops; a lost lease renewal is a renewal that did not happen. As a function, because SET LOCAL outside of a
    /// transaction block, which a pipeline is not, writes a warning into the server's log each time.</summary>
    internal const string NeedNotWaitForDisk = """
        select set_config('synchronous_commit', 'off', true),
            set_config('plan_cache_mode', 'force_generic_plan', true)
        """;

    internal OutboxReader Outbox { get; } = new(database, outbox, clock);

    public string Name => "postgres";

    public Task PrepareAsync(CancellationToken stop) =>
        SchemaUpgrade.RunAsync(database.DataSource, Schema.Steps, stop);

    public ValueTask<IStoreSession> BeginAsync(CancellationToken stop) => new(new PostgresSession(database));

    public Task<IReadOnlyList<OutboxRow>> ReadOutboxAsync(
        IReadOnlyCollection<int> shards, int limitPerShard, DateTimeOffset now, CancellationToken stop) =>
        Outbox.ReadAsync([], shards, limitPerShard, now, stop);

    public Task<IReadOnlyList<OutboxRow>> SettleAndReadOutboxAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop) =>
        Outbox.ReadAsync(accepted, shards, limitPerShard, now, stop);

    public bool ReadsAhead => true;

    public Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop) =>
        Outbox.ReadAheadAsync(accepted, inFlight, shards, limitPerShard, stop);

    public Task SettleOutboxAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop) =>
        accepted.Count == 0 ? Task.CompletedTask : Outbox.SettleAsync(accepted, stop);

    public async Task HoldKeysAsync(IReadOnlyList<RefusedRow> rows, CancellationToken stop)
    {
        if (rows.Count == 0) return;
        // One row of a statement may not replace another of it.
        var held = rows.ToLookup(refused => (refused.Row.Shard, refused.Row.Event.Stream, refused.Row.Event.Key))
            .Select(same => same.Last()).ToArray();
        foreach (var refused in held) Outbox.KeysWereHeld(refused.Row.Shard);
        // Looked up row by row, as when they are deleted; sorted, so that two relays lock in one order.
        await RunAsync(stop, Command("""
            insert into msg_held_keys (shard, stream, key, event_id, reason, attempts, retry_at)
            select o.*, u.reason, u.attempts, u.retry_at
            from unnest($1, $2, $3, $4, $5) u(shard, id, reason, attempts, retry_at) cross join lateral (
                select o.shard, o.stream, o.key, o.event_id
                from msg_outbox o where o.shard = u.shard and o.id = u.id offset 0) o
            order by o.shard, o.stream, o.key
            on conflict (shard, stream, key) do update
            set event_id = excluded.event_id, reason = excluded.reason, attempts = excluded.attempts,
                retry_at = excluded.retry_at
            """,
            Parameters.Array(Array.ConvertAll(held, refused => refused.Row.Shard)),
            Parameters.Array(Array.ConvertAll(held, refused => refused.Row.Id)),
            Parameters.Array(Array.ConvertAll(held, refused => refused.Reason)),
            Parameters.Array(Array.ConvertAll(held, refused => refused.Attempts)),
            Parameters.Array(Array.ConvertAll(held, refused => refused.RetryAt.UtcDateTime)))).ConfigureAwait(false);
    }

    public Task<LeaseGrant> ExchangeLeasesAsync(LeaseRequest request, CancellationToken stop) =>
        LeaseExchange.RunAsync(database.DataSource, request, stop);

    /// <summary>Asking costs as much as reading the outbox does.</summary>
    public ValueTask<bool> MayHaveForeignCommitsAsync(CancellationToken stop) => new(true);

    public async Task<DateTimeOffset?> NextTimerDueAsync(CancellationToken stop) =>
        (await database.QueryOwnAsync(
            "select due from msg_timers order by due, id limit 1", [], row => row.GetTime(0), stop)
            .ConfigureAwait(false)) is [var due] ? due : null;

    public Task PutOffTimersAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, CancellationToken stop) =>
        RunAsync(stop, Command("""
            update msg_timers set due = $2 where id = any(array(
                select t.id from unnest($1) u(id) cross join lateral (
                    select id from msg_timers t where t.id = u.id for update skip locked) t))
            """, Parameters.Array(ids.ToArray()), Parameters.Of(due)));

    public async Task<int> TrimInboxAsync(DateTimeOffset before, int limit, CancellationToken stop)
    {
        var delete = Command("""
            delete from msg_inbox where ctid = any(array(
                select ctid from msg_inbox where handled_at < $1 order by handled_at limit $2 for update skip locked))
            """, Parameters.Of(before), Parameters.Of(limit));
        await RunAsync(stop, Command(IndexOnly), delete).ConfigureAwait(false);
        return delete.RecordsAffected;
    }

    public async Task<StoreStatistics> ReadStatisticsAsync(CancellationToken stop)
    {
        var rows = await database.QueryOwnAsync(Statistics, [], row => new StoreStatistics(
            row.GetInt64(0), row.GetTimeOrNull(1), row.GetInt64(2),
            row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetTimeOrNull(6), row.GetTimeOrNull(7)), stop)
            .ConfigureAwait(false);
        return rows[0];
    }

    public bool IsTransient(Exception failure) => PostgresErrors.IsTransient(failure);

    /// <summary>
    /// Statements over tables that are empty one minute and huge the next: a plan made over the empty table would read
    /// all of the huge one. So their plans may only use the index, in its order. And each is made once and kept: what
    /// the server supposes of an array that it does not know makes it plan anew for each array that it does, which
    /// takes longer than the statement.
    /// </summary>
    internal const string IndexOnly = """
        select set_config('synchronous_commit', 'off', true), set_config('enable_seqscan', 'off', true),
            set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true),
            set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
            set_config('plan_cache_mode', 'force_generic_plan', true)
        """;

    private const string IsNotHeld = """
        not exists (
            select from msg_held_keys h where h.shard = o.shard and h.stream = o.stream and h.key = o.key)
        """;

    /// <summary>The oldest of each shard whose key is not held is found by hopping through the primary key from shard
    /// to shard.</summary>
    private const string Statistics = $"""
        with recursive shards as (
            (select shard, time from msg_outbox o where {IsNotHeld} order by shard, id limit 1)
            union all
            select n.shard, n.time from shards s cross join lateral
                (select shard, time from msg_outbox o where o.shard > s.shard and {IsNotHeld}
                order by o.shard, o.id limit 1) n
        ), counted as (select count(*) as rows from (select from msg_outbox limit 10001) few)
        select case when rows <= 10000 then rows else greatest(10001,
                (select c.reltuples::bigint from pg_class c where c.oid = 'msg_outbox'::regclass),
                pg_stat_get_live_tuples('msg_outbox'::regclass)) end,
            (select min(time) from shards),
            (select count(*) from msg_held_keys),
            (select count(*) from msg_parked),
            (select count(*) from msg_parked_keys),
            (select count(*) from msg_timers),
            (select due from msg_timers order by due, id limit 1),
            (select handled_at from msg_inbox order by handled_at desc limit 1)
        from counted
        """;

    private async Task RunAsync(CancellationToken stop, params NpgsqlBatchCommand[] commands)
    {
        await using var batch = database.DataSource.CreateBatch();
        foreach (var command in commands) batch.BatchCommands.Add(command);
        await batch.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }

    internal static NpgsqlBatchCommand Command(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }
}
