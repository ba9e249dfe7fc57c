using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>Round trips by the client's own spans (one per pipeline), commits by the server's count.</summary>
public sealed class BudgetTests(PostgresServer server)
{
    [Fact]
    public async Task A_unit_of_work_that_only_queues_is_one_round_trip_and_one_commit()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("create table orders (id uuid primary key, state text)");
        await CostsAsync(db, roundTrips: 1, commits: 1, async () =>
        {
            await using var session = await db.Store.BeginAsync(Stop);
            session.Enqueue("insert into orders values ($1, $2)", [Guid.CreateVersion7(), "placed"], rowsExpected: 1);
            session.AppendOutbox([Some.OutboxRow()]);
            session.AddTimers([Some.Timer("order-1", Some.Time)]);
            await session.CommitAsync(Stop);
        });
    }

    [Theory]
    [InlineData(true, 5, 1)] // Most batches: nothing in it was seen before.
    [InlineData(false, 5, 2)]
    [InlineData(true, 50, 2)] // Many counts to compare are compared by the client, before the commit.
    [InlineData(false, 50, 3)]
    public async Task A_consumed_batch_is_one_commit_and_few_round_trips(bool hopeful, int events, int roundTrips)
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("create table stock (sku text primary key, held int); insert into stock values ('tea', 0)");
        await CostsAsync(db, roundTrips, commits: 1, async () =>
        {
            await using var session = await db.Store.BeginAsync(Stop);
            var ids = Enumerable.Range(0, events).Select(_ => Guid.CreateVersion7()).ToArray();
            if (hopeful) Assert.True(session.TryAdmitNew("orders", ids, ["a", "b", "c"], Some.Time));
            else
            {
                Assert.Equal(
                    events, (await session.AdmitAsync("orders", ids, ["a", "b", "c"], Some.Time, Stop)).New.Count);
            }
            foreach (var _ in ids)
                session.Enqueue("update stock set held = held + $1 where sku = $2", [1, "tea"], rowsExpected: 1);
            session.AppendOutbox([.. ids.Select(_ => Some.OutboxRow())]);
            await session.CommitAsync(Stop);
        });
    }

    [Fact]
    public async Task A_query_of_a_handler_takes_the_queued_statements_along()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("create table stock (sku text primary key, held int)");
        await CostsAsync(db, roundTrips: 2, commits: 1, async () =>
        {
            await using var session = await db.Store.BeginAsync(Stop);
            session.Enqueue(
                "insert into stock values ('tea', 1) on conflict (sku) do update set held = 1", [], rowsExpected: 1);
            Assert.Equal([1], await session.QueryAsync(
                "select held from stock where sku = $1", ["tea"], row => row.GetInt32(0), Stop));
            session.Enqueue("update stock set held = 2 where sku = 'tea'", [], rowsExpected: 1);
            await session.CommitAsync(Stop);
        });
    }

    [Fact]
    public async Task A_relay_batch_is_two_round_trips_and_under_load_one()
    {
        await using var db = await CreateAsync(server);
        await db.PublishAsync([.. Enumerable.Range(0, 2_000).Select(n => Some.OutboxRow(n % 4))]);
        await CostsAsync(db, roundTrips: 2, commits: 2, async () =>
        {
            var rows = await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop);
            Assert.Equal(40, rows.Count);
            await db.Store.SettleOutboxAsync(rows, Stop);
        });
        var sent = await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop);
        await CostsAsync(db, roundTrips: 1, commits: 1, async () =>
        {
            sent = await db.Store.SettleAndReadOutboxAsync(sent, [0, 1, 2, 3], 10, Some.Time, Stop);
            Assert.Equal(40, sent.Count);
        });
        await CostsAsync(db, roundTrips: 1, commits: 1, async () =>
            Assert.Equal(
                40, (await db.Store.SettleAndReadAheadAsync([], sent, [0, 1, 2, 3], 10, Some.Time, Stop))!.Count));
    }

    [Fact]
    public async Task A_turn_of_the_leases_is_one_round_trip()
    {
        await using var db = await CreateAsync(server);
        await CostsAsync(db, roundTrips: 1, commits: 1, () => db.Store.ExchangeLeasesAsync(
            new LeaseRequest("relay", "one", 4, TimeSpan.FromSeconds(5), []), Stop));
    }

    [Fact]
    public async Task Statements_are_parsed_once_per_connection()
    {
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 2);
        for (var i = 0; i < 5; i++) await db.PublishAsync(Some.OutboxRow());
        for (var i = 0; i < 5; i++) await db.Store.ReadOutboxAsync([0, 1, 2, 3], 10, Some.Time, Stop);
        Assert.Equal(1L, await db.ScalarAsync<long>(
            "select count(*) from pg_prepared_statements where statement like 'insert into msg_outbox%' " +
            "and generic_plans + custom_plans >= 3"));
        Assert.Equal(1L, await db.ScalarAsync<long>(
            "select count(*) from pg_prepared_statements where statement like 'select null::int%' " +
            "and generic_plans + custom_plans >= 3"));
    }

    private static async Task CostsAsync(StoreUnderTest db, int roundTrips, int commits, Func<Task> work)
    {
        const int Times = 10;
        await work();
        await work(); // Prepared from here on.
        var before = await CommitsAsync(db);
        using var source = new ActivitySource(Some.Name("budget"));
        var counted = new ConcurrentQueue<string>();
        Activity? counting = null;
        using var listener = new ActivityListener
        {
            ShouldListenTo = one => one.Name == source.Name || one.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.Source.Name == "Npgsql" && span.RootId == counting?.RootId
                    && !span.DisplayName.StartsWith("CONNECT ", StringComparison.Ordinal))
                    counted.Enqueue(
                        $"{span.DisplayName}: {span.GetTagItem("db.query.text") ?? span.GetTagItem("db.statement")}");
            },
        };
        ActivitySource.AddActivityListener(listener);
        using (counting = source.StartActivity("counted"))
        {
            for (var i = 0; i < Times; i++) await work();
        }
        Assert.True(counted.Count == roundTrips * Times, string.Join('\n', counted));
        Assert.Equal(commits * Times, await CommitsAsync(db) - before - await ConnectingAsync(db));
    }

    /// <summary>What a new connection costs before it does anything.</summary>
    private static async Task<long> ConnectingAsync(StoreUnderTest db)
    {
        var before = await CommitsAsync(db);
        await using (await db.Database.DataSource.OpenConnectionAsync(Stop))
        {
        }
        return await CommitsAsync(db) - before;
    }

    /// <summary>A connection reports what it did at its end, so all are closed before the server is asked.</summary>
    private static async Task<long> CommitsAsync(StoreUnderTest db)
    {
        db.Database.DataSource.Clear();
        await using var source = NpgsqlDataSource.Create(
            db.Database.DataSource.ConnectionString + ";Database=postgres;Pooling=false");
        var name = new NpgsqlConnectionStringBuilder(db.Database.DataSource.ConnectionString).Database!;
        await Eventually.HoldsAsync("all connections have ended", async () =>
        {
            await using var connections = source.CreateCommand(
                "select count(*) from pg_stat_activity where datname = $1");
            connections.Parameters.Add(Parameters.Of(name));
            return (long)(await connections.ExecuteScalarAsync(Stop))! == 0;
        }, stop: Stop);
        await using var command = source.CreateCommand("select xact_commit from pg_stat_database where datname = $1");
        command.Parameters.Add(Parameters.Of(name));
        return (long)(await command.ExecuteScalarAsync(Stop))!;
    }
}
