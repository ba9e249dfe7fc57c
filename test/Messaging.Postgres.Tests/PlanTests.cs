using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>The library's statements keep to their indexes, though they were planned while the tables
/// were empty.</summary>
public sealed class PlanTests(PostgresServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Statements_of_the_flow_keep_to_their_indexes_over_tables_that_grew_from_empty()
    {
        await using var db = await CreateAsync(server);
        var tables = await GrownTables.EmptyAsync(db.Database.DataSource);
        for (var time = 0; time < 16; time++) await FlowAsync(db); // Until each plan is made for good.
        await tables.RunAsync("""
            insert into msg_inbox select gen_random_uuid(), '2026-02-28' from generate_series(1, 30000);
            insert into msg_timers select 'PaymentOverdue', 'k' || n, gen_random_uuid(), '2027-01-01', null, ''
                from generate_series(1, 30000) n;
            insert into msg_timers select 'StockOverdue', 'k' || n, gen_random_uuid(), '2026-01-01', null, ''
                from generate_series(1, 30000) n;
            insert into msg_parked_keys select 'orders', 'p' || n from generate_series(1, 30000) n;
            insert into msg_parked (stream, key, event_id, type, source, time, data, reason, attempts, parked_at)
                select 'orders', 'p' || n, gen_random_uuid(), 't', 's', now(), '', 'r', 1, now()
                from generate_series(1, 30000) n;
            insert into msg_held_keys select 9, 'orders', 'p' || n, gen_random_uuid(), 'r', 1, now()
                from generate_series(1, 30000) n
            """);
        Assert.Empty(await tables.ReadByMoreThanAsync(500, () => FlowAsync(db)));
    }

    [Theory]
    [InlineData(false, "on on on")]
    [InlineData(true, "off off off")]
    public async Task The_services_own_statements_are_planned_as_the_server_is_set_unless_it_asks(
        bool byIndex, string expected)
    {
        const string settings = "select concat_ws(' ', current_setting('enable_seqscan'), " +
            "current_setting('enable_hashjoin'), current_setting('enable_mergejoin'))";
        await using var db = await CreateAsync(server, options => options.PlanByIndex = byIndex);
        Assert.Equal([expected], await db.Database.QueryAsync(settings, [], row => row.GetString(0), Stop));
        await RunAsync(db, async session =>
        {
            await ExpectAsync(session);
            session.CancelTimer("PaymentOverdue", "k"); // Queued in the middle.
            session.Enqueue("create temporary table seen on commit drop as " + settings, []);
            session.CancelTimer("PaymentOverdue", "other");
            Assert.Equal(
                [expected], await session.QueryAsync("select * from seen", [], row => row.GetString(0), Stop));
            await session.AdmitAsync("orders", [Guid.NewGuid()], ["k"], Some.Time, Stop);
            await ExpectAsync(session);
            await session.TakeTimersAsync(Some.Time, 10, Stop);
            await session.TakeParkedAsync("orders", "k", 10, Stop);
            await ExpectAsync(session);
        });

        async Task ExpectAsync(IStoreSession session) =>
            Assert.Equal([expected], await session.QueryAsync(settings, [], row => row.GetString(0), Stop));
    }

    private static async Task FlowAsync(StoreUnderTest db)
    {
        var key = Guid.NewGuid().ToString();
        var timer = Some.Timer(key, Some.Time);
        await RunAsync(db, session =>
        {
            Assert.True(session.TryAdmitNew("orders", [Guid.NewGuid(), Guid.NewGuid()], [key, "other"], Some.Time));
            session.AddTimers([timer, Some.Timer("cancelled", Some.Time)]);
            session.AppendOutbox([Some.OutboxRow(key: key)]);
            return Task.CompletedTask;
        });
        await RunAsync(db, async session =>
        {
            Assert.Single((await session.AdmitAsync("orders", [Guid.NewGuid()], [key, "other"], Some.Time, Stop)).New);
            session.CancelTimer("PaymentOverdue", "cancelled");
            session.Park([Some.Parked(Some.Event(key))]);
        });
        await RunAsync(db, async session =>
        {
            Assert.NotEmpty(await session.TakeTimersAsync([timer.Id, Guid.NewGuid()], Stop));
            await session.TakeTimersAsync(Some.Time, 10, Stop);
            Assert.Single(await session.TakeParkedAsync("orders", key, 10, Stop));
        });
        await db.Store.NextTimerDueAsync(Stop);
        var rows = await db.Store.ReadOutboxAsync([0, 1], 10, Some.Time.AddDays(1), Stop);
        await db.Store.HoldKeysAsync([new RefusedRow(rows[0], "r", 1, Some.Time)], Stop);
        await db.Store.SettleOutboxAsync(rows, Stop);
        await db.Store.TrimInboxAsync(Some.Time, 10, Stop);
    }

    private static async Task RunAsync(StoreUnderTest db, Func<IStoreSession, Task> work)
    {
        await using var session = await db.Store.BeginAsync(Stop);
        await work(session);
        await session.CommitAsync(Stop);
    }
}
