using Tessera.Messaging.Conformance;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>What operators look at is read by an index, or in its order up to a bound, however much is parked, though
/// it was planned while the tables were empty.</summary>
public sealed class OperatorPlanTests(PostgresServer server)
{
    [Fact]
    public async Task No_statement_for_operators_reads_a_whole_table()
    {
        await using var db = await CreateAsync(server, options => options.PlanByIndex = true);
        var one = Some.Parked(Some.Event("k"));
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            session.Park([one]);
            await session.CommitAsync(Stop);
        }
        var tables = await GrownTables.EmptyAsync(db.Database.DataSource);
        for (var time = 0; time < 16; time++) // Until each plan is made for good.
        {
            await OperatorsLook.AtKeysAndPagesAsync(db.Store, db.Database, one, Stop);
            await OperatorsLook.AtCausesAndActsAsync(db.Database, Stop);
        }
        await tables.RunAsync("""
            insert into msg_parked_keys select 'orders', 'p' || n from generate_series(1, 60000) n;
            insert into msg_parked (stream, key, event_id, type, source, time, data, reason, attempts, parked_at)
                select 'orders', 'p' || n, gen_random_uuid(), 't', 's', now(), '', 'r', 1, now()
                from generate_series(1, 60000) n;
            insert into msg_held_keys select 9, 'orders', 'p' || n, gen_random_uuid(), 'r', 1, now()
                from generate_series(1, 60000) n;
            insert into msg_timers select 'PaymentOverdue', 'k' || n, gen_random_uuid(), '2027-01-01', null, ''
                from generate_series(1, 60000) n;
            insert into msg_audit (at, by, action, stream, key, event_id, type, reason)
                select now(), 'olga', 'replay', 'orders', 'p' || n, gen_random_uuid(), 't', 'r'
                from generate_series(1, 60000) n
            """);
        Assert.Empty(await tables.ReadByMoreThanAsync(
            1_000, () => OperatorsLook.AtKeysAndPagesAsync(db.Store, db.Database, one, Stop)));
        // These group and count, up to a bound: the row, and what of the index leads to it.
        Assert.Empty(await tables.ReadByMoreThanAsync(
            ParkedCauses.MessagesMax + (ParkedCauses.MessagesMax / 4),
            () => OperatorsLook.AtCausesAndActsAsync(db.Database, Stop)));
    }
}
