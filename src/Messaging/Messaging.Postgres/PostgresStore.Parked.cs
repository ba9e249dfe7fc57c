using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The operator's side of the park.</summary>
internal sealed partial class PostgresStore
{
    /// <summary>No act of this name has been done; $11 is its name.</summary>
    private const string IsNew = "($11::uuid is null or not exists (select from msg_audit where act = $11))";

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
        var audit = Command($"""
            insert into msg_audit (at, by, action, stream, key, event_id, type, reason, note, act)
            select $8, $9, 'replay', stream, key, event_id, type, reason, $10, $11 from msg_parked
            where (stream, key) in (select stream, key from msg_parked where {filter.Condition}) and {IsNew}
            """, Of(filter, act));
        await RunAsync(stop, Command(LockKeys(filter), Of(filter)), Command($"""
            update msg_parked_keys set replay_requested_at = coalesce(replay_requested_at, $8)
            where (stream, key) in (select stream, key from msg_parked where {filter.Condition}) and {IsNew}
            """, Of(filter, act)), audit).ConfigureAwait(false);
        return await DoneAsync(act, audit.RecordsAffected, stop).ConfigureAwait(false);
    }

    public async Task<int> DiscardParkedAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop)
    {
        // One statement, so that whether the act is new is decided before its own record says no.
        var audit = Command($"""
            with gone as (delete from msg_parked where {filter.Condition} and {IsNew} returning *)
            insert into msg_audit (at, by, action, stream, key, event_id, type, reason, data, note, act)
            select $8, $9, 'discard', stream, key, event_id, type, reason, data, $10, $11 from gone
            """, Of(filter, act));
        await RunAsync(stop, Command(LockKeys(filter), Of(filter)), audit,
            Command("""
                delete from msg_parked_keys k
                where not exists (select from msg_parked p where p.stream = k.stream and p.key = k.key)
                """)).ConfigureAwait(false);
        return await DoneAsync(act, audit.RecordsAffected, stop).ConfigureAwait(false);
    }

    /// <summary>What the act has concerned, now or when it was asked for the first time.</summary>
    private async Task<int> DoneAsync(ParkedAct act, int now, CancellationToken stop)
    {
        if (now > 0 || act.Id is not { } id) return now;
        await using var command = database.DataSource.CreateCommand(
            "select count(*)::int from msg_audit where act = $1");
        command.Parameters.Add(Parameters.Of(id));
        return (int)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    public Task EndReplayAsync(string stream, string key, string reason, int attempts, CancellationToken stop) =>
        RunAsync(stop,
            Command("update msg_parked_keys set replay_requested_at = null where stream = $1 and key = $2",
                Parameters.Of(stream), Parameters.Of(key)),
            Command("""
                update msg_parked set reason = $3, attempts = $4 where stream = $1 and key = $2
                and position = (select min(position) from msg_parked where stream = $1 and key = $2)
                """, Parameters.Of(stream), Parameters.Of(key), Parameters.Of(reason), Parameters.Of(attempts)));

    public async Task<IReadOnlyList<ParkedKey>> ListReplaysAsync(int limit, CancellationToken stop)
    {
        await using var command = database.DataSource.CreateCommand("""
            select stream, key, (select count(*)::int from msg_parked p where p.stream = k.stream and p.key = k.key)
            from msg_parked_keys k where replay_requested_at is not null
            order by replay_requested_at, stream, key limit $1
            """);
        command.Parameters.Add(Parameters.Of(limit));
        await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        return await PostgresReader.ReadAllAsync(
            reader, row => new ParkedKey(row.GetString(0), row.GetString(1), row.GetInt32(2)),
            stop).ConfigureAwait(false);
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
    ];
}
