using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>
/// The lease protocol as one pipeline. Members of a group take turns by a lock that ends with the transaction, so each
/// statement after it sees what the one before left. Time is the server's clock, read after the lock was granted:
/// clocks of processes may differ, and a turn may have waited. What expires further ahead than a lease reaches was
/// written before that clock was set back, and counts as over; its holder, if it lives, renews by the new time.
/// </summary>
internal static class LeaseExchange
{
    private const string Turn = "select pg_advisory_xact_lock(hashtextextended('tessera ' || $1, 0))";

    private const string Beat = """
        insert into msg_members (lease_group, member, expires_at) values ($1, $2, clock_timestamp() + $3)
        on conflict (lease_group, member) do update set expires_at = excluded.expires_at
        """;

    private const string ForgetTheDead =
        "delete from msg_members where lease_group = $1 " +
        "and (expires_at <= clock_timestamp() or expires_at > clock_timestamp() + $2)";

    private const string Slots = """
        insert into msg_leases (lease_group, slot, member, token, expires_at)
        select $1, slot, null, 0, clock_timestamp() from generate_series(0, $2 - 1) slot
        where not exists (select from msg_leases l where l.lease_group = $1 and l.slot = $2 - 1)
        on conflict do nothing
        """;

    /// <summary>
    /// The member keeps its busy slots and of the others as many as its share allows, gives the rest back, and takes
    /// free or expired ones up to its share. A lease that expired without another taking it is still its own.
    /// </summary>
    private const string Share = """
        with share as (
            select ceil($3::numeric / count(*))::int as n from msg_members where lease_group = $1
        ), mine as (
            select slot, slot = any($5) as busy, row_number() over (order by slot = any($5) desc, slot) as place
            from msg_leases where lease_group = $1 and member = $2 and slot < $3
        ), kept as (
            select slot from mine, share where busy or place <= n
        ), free as (
            select slot, row_number() over (order by slot) as place from msg_leases
            where lease_group = $1 and slot < $3 and member is distinct from $2
            and (member is null or expires_at <= clock_timestamp() or expires_at > clock_timestamp() + $4)
        ), taken as (
            select slot from free, share where place <= n - (select count(*) from kept)
        )
        update msg_leases l
        set member = case when l.slot in (select slot from kept union all select slot from taken) then $2 end,
            token = l.token + (l.slot in (select slot from taken))::int,
            expires_at = clock_timestamp() + $4
        where lease_group = $1 and slot in (select slot from mine union all select slot from taken)
        """;

    private const string Granted = """
        select slot, token from msg_leases where lease_group = $1 and member = $2 and slot < $3 order by slot
        """;

    private const string Members = "select count(*)::int from msg_members where lease_group = $1";

    public static async Task<LeaseGrant> RunAsync(NpgsqlDataSource source, LeaseRequest request, CancellationToken stop)
    {
        await using var batch = source.CreateBatch();
        batch.BatchCommands.Add(PostgresStore.Command(PostgresStore.NeedNotWaitForDisk));
        batch.BatchCommands.Add(PostgresStore.Command(Turn, Group(request)));
        if (request.Leave) AddLeaving(batch, request);
        else AddTurn(batch, request);
        batch.BatchCommands.Add(
            PostgresStore.Command(Granted, Group(request), Member(request), Parameters.Of(request.Slots)));
        batch.BatchCommands.Add(PostgresStore.Command(Members, Group(request)));

        await using var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
        await reader.NextResultAsync(stop).ConfigureAwait(false); // Past the two selects that only set and lock.
        await reader.NextResultAsync(stop).ConfigureAwait(false);
        var leases = await PostgresReader
            .ReadAllAsync(reader, row => new Lease(row.GetInt32(0), row.GetInt64(1)), stop).ConfigureAwait(false);
        await reader.NextResultAsync(stop).ConfigureAwait(false);
        var members = await PostgresReader.ReadAllAsync(reader, row => row.GetInt32(0), stop).ConfigureAwait(false);
        return new LeaseGrant(leases, members[0]);
    }

    private static void AddTurn(NpgsqlBatch batch, LeaseRequest request)
    {
        batch.BatchCommands.Add(PostgresStore.Command(
            Beat, Group(request), Member(request), Parameters.Of(request.Duration)));
        batch.BatchCommands.Add(PostgresStore.Command(
            ForgetTheDead, Group(request), Parameters.Of(request.Duration)));
        batch.BatchCommands.Add(PostgresStore.Command(Slots, Group(request), Parameters.Of(request.Slots)));
        batch.BatchCommands.Add(PostgresStore.Command(
            Share, Group(request), Member(request), Parameters.Of(request.Slots), Parameters.Of(request.Duration),
            Parameters.Array(request.Busy.ToArray())));
    }

    private static void AddLeaving(NpgsqlBatch batch, LeaseRequest request)
    {
        batch.BatchCommands.Add(PostgresStore.Command(
            "update msg_leases set member = null where lease_group = $1 and member = $2",
            Group(request), Member(request)));
        batch.BatchCommands.Add(PostgresStore.Command(
            "delete from msg_members where lease_group = $1 and member = $2", Group(request), Member(request)));
    }

    private static NpgsqlParameter Group(LeaseRequest request) => Parameters.Of(request.Group);

    private static NpgsqlParameter Member(LeaseRequest request) => Parameters.Of(request.Member);
}
