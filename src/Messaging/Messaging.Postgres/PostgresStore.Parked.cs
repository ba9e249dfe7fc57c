using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The operator's side of the park.</summary>
internal sealed partial class PostgresStore
{
    /// <summary>Which parked messages: $1 stream, $2 key, $3 event id; null is any.</summary>
    private const string Filter = """
        ($1::text is null or stream = $1) and ($2::text is null or key = $2) and ($3::uuid is null or event_id = $3)
        """;

    /// <summary>Locks the keys of the matching messages against consumers and replays, in one order.</summary>
    private const string LockKeys = $"""
        select 1 from msg_parked_keys where (stream, key) in (select stream, key from msg_parked where {Filter})
        order by stream, key for update
        """;

    public async Task<IReadOnlyList<ParkedMessage>> ListParkedAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop)
    {
        await using var command = database.DataSource.CreateCommand($"""
            select {Rows.ParkedColumns} from msg_parked
            where {Filter} and ($4::text is null or (stream, key, position) > ($4, $5, $6))
            order by stream, key, position limit $7
            """);
        foreach (var parameter in Of(filter)) command.Parameters.Add(parameter);
        command.Parameters.Add(Parameters.OfNullable(after?.Stream));
        command.Parameters.Add(Parameters.OfNullable(after?.Key));
        command.Parameters.Add(Parameters.Of(after?.Position ?? 0));
        command.Parameters.Add(Parameters.Of(limit));
        await using var reader = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        return await PostgresReader.ReadAllAsync(reader, Rows.Parked, stop).ConfigureAwait(false);
    }

    public async Task<int> CountParkedAsync(ParkedFilter filter, bool wholeKeys, CancellationToken stop)
    {
        var matching = wholeKeys ? $"(stream, key) in (select stream, key from msg_parked where {Filter})" : Filter;
        await using var command = database.DataSource.CreateCommand(
            $"select count(*)::int from msg_parked where {matching}");
        foreach (var parameter in Of(filter)) command.Parameters.Add(parameter);
        return (int)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    public async Task<int> RequestReplayAsync(
        ParkedFilter filter, string by, DateTimeOffset now, CancellationToken stop)
    {
        var audit = Audit("replay", keepData: false, $"""
            select * from msg_parked where (stream, key) in (select stream, key from msg_parked where {Filter})
            """, filter, by, now);
        await RunAsync(stop, Command(LockKeys, Of(filter)), Command($"""
            update msg_parked_keys set replay_requested_at = coalesce(replay_requested_at, $4)
            where (stream, key) in (select stream, key from msg_parked where {Filter})
            """, [.. Of(filter), Parameters.Of(now)]), audit).ConfigureAwait(false);
        return audit.RecordsAffected;
    }

    public async Task<int> DiscardParkedAsync(
        ParkedFilter filter, string by, DateTimeOffset now, CancellationToken stop)
    {
        var audit = Audit("discard", keepData: true, $"select * from msg_parked where {Filter}", filter, by, now);
        await RunAsync(stop, Command(LockKeys, Of(filter)), audit,
            Command($"delete from msg_parked where {Filter}", Of(filter)),
            Command("""
                delete from msg_parked_keys k
                where not exists (select from msg_parked p where p.stream = k.stream and p.key = k.key)
                """)).ConfigureAwait(false);
        return audit.RecordsAffected;
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

    /// <summary>One record per message concerned; the number of records is the answer's count.</summary>
    private static NpgsqlBatchCommand Audit(
        string action, bool keepData, string messages, ParkedFilter filter, string by, DateTimeOffset now) =>
        Command($"""
        insert into msg_audit (at, by, action, stream, key, event_id, type, reason, data)
        select $4, $5, '{action}', stream, key, event_id, type, reason, {(keepData ? "data" : "null::bytea")} from ({messages}) m
        """, [.. Of(filter), Parameters.Of(now), Parameters.Of(by)]);

    private static NpgsqlParameter[] Of(ParkedFilter filter) =>
    [
        Parameters.OfNullable(filter.Stream), Parameters.OfNullable(filter.Key), Parameters.OfNullable(filter.EventId),
    ];
}
