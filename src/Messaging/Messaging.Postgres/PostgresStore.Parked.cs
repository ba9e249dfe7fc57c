using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The operator's side of the park.</summary>
internal sealed partial class PostgresStore
{
    private const string IsEmpty =
        "not exists (select from msg_parked p where p.stream = k.stream and p.key = k.key)";

    /// <summary>No act of this name has been done; $11 is its name.</summary>
    private const string IsNew = "($11::uuid is null or not exists (select from msg_audit where act = $11))";

    /// <summary>Of those in <c>picked</c>: as many as the act expects; $12 is the number.</summary>
    private const string AsExpected = "($12::int is null or $12 = (select count(*) from picked))";

    /// <summary>Always later than the mark before: a replay that fails ends the request that it saw, and no later one.
    /// </summary>
    private static string Mark(string at) => $"greatest({at}, replay_requested_at + interval '1 microsecond')";

    /// <summary>Locks the keys of the matching messages against consumers and replays, in one order.</summary>
    private static string LockKeys(ParkedFilter filter) => $"""
        select 1 from msg_parked_keys
        where (stream, key) in (select stream, key from msg_parked where {filter.Condition})
        order by stream, key for update
        """;

    public async Task<IReadOnlyList<ParkedMessage>> ListParkedAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop)
    {
        var behind = after is null ? "true" : "(stream, key, position) > ($8, $9, $10)";
        // One event is found by its id and then sorted: else the server may go along all of them in the order asked
        // for, and look at the id of each.
        var source = filter.EventId is null
            ? "msg_parked" : "(select * from msg_parked where event_id = $3 offset 0) found";
        var list = Command($"""
            select {Rows.ParkedColumns} from {source} where {filter.Condition} and {behind}
            order by stream, key, position limit $11
            """,
            [
                .. Of(filter), Parameters.OfNullable(after?.Stream), Parameters.OfNullable(after?.Key),
                Parameters.Of(after?.Position ?? 0), Parameters.Of(limit),
            ]);
        return await database.QueryOwnAsync(list, Rows.Parked, stop).ConfigureAwait(false);
    }

    public async Task<int> CountParkedAsync(ParkedFilter filter, bool wholeKeys, CancellationToken stop)
    {
        var matching = wholeKeys ? $"(stream, key) in (select stream, key from msg_parked where {filter.Condition})"
            : filter.Condition;
        await using var command = database.DataSource.CreateCommand(
            $"select count(*)::int from msg_parked where {matching}");
        foreach (var parameter in Of(filter)) command.Parameters.Add(parameter);
        return (int)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    public async Task<int> RequestReplayAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop)
    {
        // One statement: what is counted, what is marked and what is recorded are the same messages.
        var audit = Command($"""
            with picked as materialized (
                select stream, key, position, event_id, type, reason from msg_parked
                where (stream, key) in (select stream, key from msg_parked where {filter.Condition})),
            decided as materialized (select * from picked where {IsNew} and {AsExpected}),
            marked as (
                update msg_parked_keys set replay_requested_at = {Mark("$8")}
                where (stream, key) in (select stream, key from decided))
            insert into msg_audit (at, by, action, stream, key, event_id, type, reason, note, act)
            select $8, $9, 'replay', stream, key, event_id, type, reason, $10, $11 from decided order by position
            """, Of(filter, act));
        await RunAsync(stop, Command(LockKeys(filter), Of(filter)), audit).ConfigureAwait(false);
        return await DoneAsync(filter, wholeKeys: true, act, audit.RecordsAffected, stop).ConfigureAwait(false);
    }

    public async Task<int> ChangeParkedAsync(ParkedChange change, ParkedAct act, CancellationToken stop)
    {
        var filter = new ParkedFilter(EventId: change.EventId);
        var put = Command($"""
            with old as materialized (
                select * from msg_parked where event_id = $1
                and ($7::uuid is null or not exists (select from msg_audit where act = $7))),
            put as (
                update msg_parked p set event_id = $2, data = $3 from old
                where p.stream = old.stream and p.key = old.key and p.position = old.position),
            marked as (
                update msg_parked_keys set replay_requested_at = {Mark("$4")}
                where (stream, key) in (select stream, key from old))
            insert into msg_audit
                (at, by, action, stream, key, event_id, type, reason, data, note, act, new_event_id, new_data)
            select $4, $5, 'change', stream, key, event_id, type, reason, data, $6, $7, $2, $3 from old
            """,
            Parameters.Of(change.EventId), Parameters.Of(change.NewId), Parameters.Of(change.Data),
            Parameters.Of(act.At), Parameters.Of(act.By), Parameters.OfNullable(act.Note),
            Parameters.OfNullable(act.Id));
        await RunAsync(stop, Command(LockKeys(filter), Of(filter)), put).ConfigureAwait(false);
        return await DoneAsync(filter, wholeKeys: false, act with { Expected = null }, put.RecordsAffected, stop)
            .ConfigureAwait(false);
    }

    public async Task<Guid?> FindChangedAsync(Guid act, CancellationToken stop) =>
        await database.QueryOwnAsync(
            "select new_event_id from msg_audit where act = $1 and new_event_id is not null limit 1", [act],
            row => row.GetGuid(0), stop).ConfigureAwait(false) is [var changed] ? changed : null;

    public async Task<int> DiscardParkedAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop)
    {
        // One statement, so that whether the act is new is decided before its own record says no.
        var audit = Command($"""
            with picked as materialized (select stream, key, position from msg_parked where {filter.Condition}),
            gone as (
                delete from msg_parked where (stream, key, position) in (select stream, key, position from picked)
                and {IsNew} and {AsExpected} returning *)
            insert into msg_audit (at, by, action, stream, key, event_id, type, reason, data, note, act)
            select $8, $9, 'discard', stream, key, event_id, type, reason, data, $10, $11 from gone
            """, Of(filter, act));
        // The keys first, and then what is left of them: a consumer may hold one that was not there to be locked
        // before, and park a message of it. Who waited for its lock sees that only with the next statement.
        await RunAsync(stop, Command(LockKeys(filter), Of(filter)), audit,
            Command($"select 1 from msg_parked_keys k where {IsEmpty} order by stream, key for update"),
            Command($"delete from msg_parked_keys k where {IsEmpty}")).ConfigureAwait(false);
        return await DoneAsync(filter, wholeKeys: false, act, audit.RecordsAffected, stop).ConfigureAwait(false);
    }

    /// <summary>What the act has concerned, now or when it was asked for the first time. Nothing: there was nothing, or
    /// another number than was expected.</summary>
    private async Task<int> DoneAsync(
        ParkedFilter filter, bool wholeKeys, ParkedAct act, int now, CancellationToken stop)
    {
        if (now > 0) return now;
        if (act.Id is { } id && await CountActAsync(id, stop).ConfigureAwait(false) is > 0 and var before)
            return before;
        if (act.Expected is null or 0) return 0;
        throw new ParkedCountException(
            act.Expected.Value, await CountParkedAsync(filter, wholeKeys, stop).ConfigureAwait(false));
    }

    private async Task<int> CountActAsync(Guid act, CancellationToken stop)
    {
        await using var command = database.DataSource.CreateCommand(
            "select count(*)::int from msg_audit where act = $1");
        command.Parameters.Add(Parameters.Of(act));
        return (int)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    public Task EndReplayAsync(
        ParkedKey replay, Guid failed, string reason, int attempts, CancellationToken stop) =>
        // Whoever waited for the key when the replay was rolled back may have put another message there, or none.
        RunAsync(stop,
            Command("select 1 from msg_parked_keys where stream = $1 and key = $2 for update",
                Parameters.Of(replay.Stream), Parameters.Of(replay.Key)),
            Command("""
                with noted as (
                    update msg_parked set reason = $3, attempts = $4
                    where stream = $1 and key = $2 and event_id = $5
                    and position = (select min(position) from msg_parked where stream = $1 and key = $2)
                    returning 1)
                update msg_parked_keys set replay_requested_at = null
                where stream = $1 and key = $2 and replay_requested_at = $6 and exists (select from noted)
                """,
                Parameters.Of(replay.Stream), Parameters.Of(replay.Key), Parameters.Of(reason),
                Parameters.Of(attempts), Parameters.Of(failed), Parameters.Of(replay.RequestedAt)));

    public async Task<IReadOnlyList<ParkedKey>> ListReplaysAsync(ParkedKey? after, int limit, CancellationToken stop)
    {
        var behind = after is null ? "true" : "(replay_requested_at, stream, key) > ($2, $3, $4)";
        var list = Command($"""
            select stream, key, (select count(*)::int from msg_parked p where p.stream = k.stream and p.key = k.key),
                replay_requested_at
            from msg_parked_keys k where replay_requested_at is not null and {behind}
            order by replay_requested_at, stream, key limit $1
            """,
            [
                Parameters.Of(limit), Parameters.OfNullable(after?.RequestedAt),
                Parameters.OfNullable(after?.Stream), Parameters.OfNullable(after?.Key),
            ]);
        return await database.QueryOwnAsync(
            list, row => new ParkedKey(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetTime(3)), stop)
            .ConfigureAwait(false);
    }

    private static NpgsqlParameter[] Of(ParkedFilter filter) =>
    [
        Parameters.OfNullable(filter.Stream), Parameters.OfNullable(filter.Key), Parameters.OfNullable(filter.EventId),
        Parameters.OfNullable(filter.Type), Parameters.OfNullable(filter.ReasonPattern),
        Parameters.OfNullable(filter.From), Parameters.OfNullable(filter.To),
    ];

    private static NpgsqlParameter[] Of(ParkedFilter filter, ParkedAct act) =>
    [
        .. Of(filter), Parameters.Of(act.At), Parameters.Of(act.By), Parameters.OfNullable(act.Note),
        Parameters.OfNullable(act.Id),
        new() { Value = (object?)act.Expected ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Integer },
    ];
}
