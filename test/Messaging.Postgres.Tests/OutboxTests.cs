using System.Text.Json;
using Npgsql;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

public sealed class OutboxTests(PostgresServer server)
{
    [Fact]
    public async Task Gives_back_every_column_of_an_event()
    {
        await using var db = await CreateAsync(server);
        var plain = Some.Event("k1", """{"a":1}""") with { TraceParent = null };
        var traced = Some.Event("k2", """{"b":2}""") with { TraceState = "vendor=1" };
        await db.PublishAsync(new OutboxRow(0, 3, plain));
        await db.PublishAsync(new OutboxRow(0, 3, traced), new OutboxRow(0, 3, plain));
        var rows = await db.Store.ReadOutboxAsync([3], 10, Some.Time, Stop);
        Assert.Equal(3, rows.Count);
        Assert.Equal(plain with { Data = default }, rows[0].Event with { Data = default });
        Assert.Equal(traced with { Data = default }, rows[1].Event with { Data = default });
        Assert.Equal("""{"b":2}"""u8, rows[1].Event.Data.Span);
        Assert.Equal(rows.OrderBy(row => row.Id), rows);
    }

    [Fact]
    public async Task Sees_a_row_that_commits_late_with_a_lower_id()
    {
        await using var db = await CreateAsync(server);
        await using var late = await LateAndEarlyAsync(db);
        await SettleAllAsync(db, expected: ["early"]);
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        await late.CommitAsync(Stop);
        await SettleAllAsync(db, expected: ["late"]);
    }

    [Fact]
    public async Task Sees_the_row_of_a_transaction_that_took_so_long_that_reads_went_past_it()
    {
        await using var db = await CreateAsync(server);
        await using var late = await LateAndEarlyAsync(db);
        await SettleAllAsync(db, expected: ["early"]);
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        Assert.Equal([0], Starts(db));
        db.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        Assert.NotEqual([0], Starts(db));
        await late.CommitAsync(Stop);
        // What was published later, perhaps of the same key, does not overtake it.
        await db.PublishAsync(Some.OutboxRow(key: "later"));
        await SettleAllAsync(db, expected: ["late", "later"]);
    }

    [Fact]
    public async Task Reads_on_behind_rows_that_are_being_sent_and_settles_those_before()
    {
        await using var db = await CreateAsync(server);
        await db.PublishAsync([.. "abcdef".Select((key, n) => Some.OutboxRow(shard: n % 2, key: $"{key}"))]);
        var first = await db.Store.ReadOutboxAsync([0, 1], 1, Some.Time, Stop);
        Assert.Equal(["a", "b"], Keys(first));
        var second = await db.Store.SettleAndReadAheadAsync([], first, [0, 1], 1, Some.Time, Stop);
        Assert.Equal(["c", "d"], Keys(second!));
        var third = await db.Store.SettleAndReadAheadAsync(first, second!, [0, 1], 9, Some.Time, Stop);
        Assert.Equal(["e", "f"], Keys(third!));
        Assert.Empty((await db.Store.SettleAndReadAheadAsync(second!, third!, [0, 1], 9, Some.Time, Stop))!);
        await SettleAllAsync(db, expected: ["e", "f"]);
    }

    [Fact]
    public async Task Does_not_read_on_past_a_row_that_appeared_before_those_being_sent()
    {
        await using var db = await CreateAsync(server);
        await using var late = await LateAndEarlyAsync(db);
        var early = await db.Store.ReadOutboxAsync([0], 1, Some.Time, Stop);
        Assert.Equal(["early"], Keys(early));
        await late.CommitAsync(Stop);
        await db.PublishAsync(Some.OutboxRow(key: "behind")); // It may be of the late one's key.
        Assert.Null(await db.Store.SettleAndReadAheadAsync([], early, [0], 9, Some.Time, Stop));
        await db.Store.SettleOutboxAsync(early, Stop);
        await SettleAllAsync(db, expected: ["late", "behind"]);
    }

    [Fact]
    public async Task Does_not_read_on_past_a_transaction_that_was_left_behind_and_ends()
    {
        await using var db = await CreateAsync(server);
        await using var late = await LateAndEarlyAsync(db);
        await SettleAllAsync(db, expected: ["early"]);
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        db.Clock.Advance(TimeSpan.FromSeconds(3));
        await db.PublishAsync(Some.OutboxRow(key: "next"));
        var next = await db.Store.ReadOutboxAsync([0], 1, Some.Time, Stop);
        Assert.Equal(["next"], Keys(next));
        await late.CommitAsync(Stop);
        await db.PublishAsync(Some.OutboxRow(key: "behind"));
        Assert.Null(await db.Store.SettleAndReadAheadAsync([], next, [0], 9, Some.Time, Stop));
        await db.Store.SettleOutboxAsync(next, Stop);
        await SettleAllAsync(db, expected: ["late", "behind"]);
    }

    [Fact]
    public async Task Does_not_read_on_while_a_key_is_held_and_settles_all_the_same()
    {
        await using var db = await CreateAsync(server);
        await db.PublishAsync(Some.OutboxRow(key: "bad"), Some.OutboxRow(key: "good"), Some.OutboxRow(key: "other"));
        var rows = await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop);
        await using var another = db.Another(); // Another relay, that had the shard before, held the key.
        await another.Store.HoldKeysAsync([new RefusedRow(rows[0], "too large", 1, Some.Time.AddSeconds(5))], Stop);
        Assert.Null(await db.Store.SettleAndReadAheadAsync([rows[1]], [rows[2]], [0], 10, Some.Time, Stop));
        Assert.Equal(["other"], Keys(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop)));
        Assert.Null(await db.Store.SettleAndReadAheadAsync([rows[2]], [], [0], 10, Some.Time, Stop));
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        Assert.Equal(1, (await db.Store.ReadStatisticsAsync(Stop)).OutboxRows);
    }

    [Fact]
    public async Task Looks_at_everything_from_time_to_time()
    {
        await using var db = await CreateAsync(server);
        await db.PublishAsync(Some.OutboxRow(key: "a"), Some.OutboxRow(key: "b"));
        await SettleAllAsync(db, expected: ["a", "b"]);
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        await db.RunAsync("alter table msg_outbox alter column id restart with 1"); // As an unlucky restore would.
        await db.PublishAsync(Some.OutboxRow(key: "c"));
        db.Clock.Advance(TimeSpan.FromSeconds(31));
        await SettleAllAsync(db, expected: ["c"]);
    }

    [Fact]
    public async Task Holds_the_refused_key_back_and_sends_the_others()
    {
        await using var db = await CreateAsync(server);
        await db.PublishAsync(Some.OutboxRow(key: "bad"), Some.OutboxRow(key: "good"), Some.OutboxRow(key: "bad"));
        var rows = await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop);
        await db.Store.HoldKeysAsync([new RefusedRow(rows[0], "too large", 1, Some.Time.AddSeconds(5))], Stop);
        await SettleAllAsync(db, expected: ["good"]);
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        var retried = await db.Store.ReadOutboxAsync([0], 10, Some.Time.AddSeconds(6), Stop);
        Assert.Equal(["bad", "bad"], retried.Select(row => row.Event.Key));
        Assert.Equal(1, (await db.Store.ReadStatisticsAsync(Stop)).HeldKeys);
        await db.Store.SettleOutboxAsync([retried[0]], Stop);
        Assert.Equal(0, (await db.Store.ReadStatisticsAsync(Stop)).HeldKeys);
        await SettleAllAsync(db, expected: ["bad"]);
    }

    [Fact]
    public async Task Two_relays_that_take_turns_send_each_row_and_leave_none()
    {
        await using var db = await CreateAsync(server);
        await using var other = db.Another();
        for (var round = 0; round < 20; round++)
        {
            await db.PublishAsync(Some.OutboxRow(key: "k" + round), Some.OutboxRow(key: "l" + round));
            await SettleAllAsync(round % 3 == 0 ? other : db, ["k" + round, "l" + round]);
        }
        Assert.Empty(await other.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
        Assert.Equal(0, (await db.Store.ReadStatisticsAsync(Stop)).OutboxRows);
    }

    [Fact]
    public async Task Claiming_costs_the_same_at_a_backlog_of_a_million_rows()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("set synchronous_commit = off; " + Fill(0, 1_000_000));
        Assert.InRange(await BuffersAsync(db, [0, 0, 0, 0]), 1, 200);
        Assert.Equal(64, (await db.Store.ReadOutboxAsync([0, 1, 2, 3], 16, Some.Time, Stop)).Count);
        var statistics = await db.Store.ReadStatisticsAsync(Stop);
        Assert.InRange(statistics.OutboxRows, 10_001, 1_200_000);
    }

    [Fact]
    public async Task Claiming_does_not_slow_down_while_a_transaction_stays_open_for_long()
    {
        await using var db = await CreateAsync(server);
        await using var holder = await db.Database.DataSource.OpenConnectionAsync(Stop);
        await using var open = await holder.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, Stop);
        await using (var look = new NpgsqlCommand("select 1 from msg_outbox", holder))
            await look.ExecuteNonQueryAsync(Stop);
        // 60,000 rows come and go, none of which can be cleaned away while the transaction is open.
        for (var round = 0; round < 6; round++)
        {
            await db.RunAsync("set synchronous_commit = off; " + Fill(round * 10_000, 10_000));
            while (await db.Store.ReadOutboxAsync([0, 1, 2, 3], 2_500, Some.Time, Stop) is { Count: > 0 } rows)
                await db.Store.SettleOutboxAsync(rows, Stop);
        }
        await db.PublishAsync(Some.OutboxRow(key: "next"));
        db.Clock.Advance(TimeSpan.FromSeconds(3)); // Transactions that run meanwhile are young no more.
        Assert.InRange(await BuffersAsync(db, ((PostgresStore)db.Store).Outbox.Starts([0, 1, 2, 3])), 1, 200);
        // The bound means something: a read from the beginning touches far more.
        Assert.InRange(await BuffersAsync(db, [0, 0, 0, 0]), 2_000, int.MaxValue);
        await SettleAllAsync(db, ["next"]);
    }

    [Theory]
    [InlineData(OutboxReader.Read, PostgresStore.IndexOnly, 1, 200)]
    [InlineData(OutboxReader.Read, "select 1", 1_000, int.MaxValue)] // So it would be without.
    [InlineData(OutboxReader.ReadBehind, PostgresStore.IndexOnly, 1, 200)]
    [InlineData(OutboxReader.ReadNotHeld, PostgresStore.IndexOnly, 1, 200)]
    public async Task Walks_the_index_even_by_a_plan_made_over_the_empty_table(
        string statement, string settings, int least, int most)
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("alter table msg_outbox set (autovacuum_enabled = false)");
        await db.RunAsync("vacuum analyze msg_outbox");
        await using var connection = await db.Database.DataSource.OpenConnectionAsync(Stop);
        await RunAsync("set plan_cache_mode = force_generic_plan");
        var (type, last) = statement switch
        {
            OutboxReader.ReadBehind => (", bigint[]", ", '{0,0,0,0}'"),
            OutboxReader.ReadNotHeld => (", timestamptz, timestamptz", ", now(), now()"),
            _ => ("", ""),
        };
        await RunAsync($"prepare claim (int[], bigint[], int{type}) as {statement}");
        var claim = $"execute claim ('{{0,1,2,3}}', '{{0,0,0,0}}', 16{last})";
        await RunAsync($"begin; {settings}; {claim}; commit");
        await db.RunAsync("set synchronous_commit = off; " + Fill(0, 100_000));
        await using var explain = new NpgsqlCommand("explain (analyze, buffers, format json) " + claim, connection);
        Assert.InRange(Buffers((string)(await explain.ExecuteScalarAsync(Stop))!), least, most);

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Stop);
        }
    }

    [Fact]
    public async Task Settles_by_the_index_even_by_a_plan_made_over_the_empty_table()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("alter table msg_outbox set (autovacuum_enabled = false)");
        await db.RunAsync("vacuum analyze msg_outbox");
        await using var connection = await db.Database.DataSource.OpenConnectionAsync(Stop);
        await RunAsync($"prepare settle (int[], bigint[]) as {OutboxReader.Delete}");
        await RunAsync($"begin; {PostgresStore.IndexOnly}; execute settle ('{{0,1}}', '{{1,2}}'); commit");
        await db.RunAsync("set synchronous_commit = off; " + Fill(0, 100_000));
        var ids = await db.Database.QueryAsync(
            "select shard, id from msg_outbox order by id limit 100", [],
            row => (Shard: row.GetInt32(0), Id: row.GetInt64(1)), Stop);
        await RunAsync($"begin; {PostgresStore.IndexOnly}");
        var shards = string.Join(',', ids.Select(row => row.Shard));
        var sent = string.Join(',', ids.Select(row => row.Id));
        await using var explain = new NpgsqlCommand(
            $"explain (analyze, buffers, format json) execute settle ('{{{shards}}}', '{{{sent}}}')", connection);
        Assert.InRange(Buffers((string)(await explain.ExecuteScalarAsync(Stop))!), 100, 1_000);
        await RunAsync("commit");
        var left = await db.Database.QueryAsync(
            "select count(*) from msg_outbox where id = any($1)", [ids.Select(row => row.Id).ToArray()],
            row => row.GetInt64(0), Stop);
        Assert.Equal([0L], left);

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(Stop);
        }
    }

    [Fact]
    public async Task Is_planned_once_and_not_for_each_batch()
    {
        await using var db = await CreateAsync(server);
        IReadOnlyList<OutboxRow> sent = [];
        for (var pass = 0; pass < 20; pass++)
        {
            await db.PublishAsync([.. Enumerable.Range(0, 1 + pass).Select(n => Some.OutboxRow(key: $"k{n}"))]);
            var read = await db.Store.SettleAndReadOutboxAsync(sent, [0, 1, 2, 3], 1000, Some.Time, Stop);
            await db.Store.SettleAndReadAheadAsync([], read, [0, 1, 2, 3], 1000, Some.Time, Stop);
            sent = read;
        }
        var plans = await db.Database.QueryAsync(
            "select generic_plans, custom_plans from pg_prepared_statements where statement like '%msg_outbox o%'", [],
            row => (Kept: row.GetInt64(0), Anew: row.GetInt64(1)), Stop);
        Assert.Equal(3, plans.Count); // Two reads and the delete.
        Assert.All(plans, plan => Assert.True(plan is { Kept: > 10, Anew: 0 }, plan.ToString()));
    }

    /// <summary>A transaction that has drawn the id of "late" and is open, and "early", behind it and there.</summary>
    private static async Task<IStoreSession> LateAndEarlyAsync(StoreUnderTest db)
    {
        var late = await db.Store.BeginAsync(Stop);
        late.AppendOutbox([Some.OutboxRow(key: "late")]);
        await late.FlushAsync(Stop);
        await db.PublishAsync(Some.OutboxRow(key: "early"));
        return late;
    }

    private static IEnumerable<string> Keys(IReadOnlyList<OutboxRow> rows) => rows.Select(row => row.Event.Key);

    internal static async Task SettleAllAsync(StoreUnderTest db, string[] expected)
    {
        var rows = await db.Store.ReadOutboxAsync([0, 1, 2, 3], 1000, Some.Time, Stop);
        Assert.Equal(expected, rows.Select(row => row.Event.Key));
        await db.Store.SettleOutboxAsync(rows, Stop);
    }

    private static long[] Starts(StoreUnderTest db) => ((PostgresStore)db.Store).Outbox.Starts([0]);

    private static string Fill(int first, int count) => $$"""
        insert into msg_outbox (shard, event_id, stream, key, type, source, time, data)
        select n % 4, gen_random_uuid(), 'orders', 'k' || n, 'orders.order-placed.v1', '/tessera/orders', now(), '{}'
        from generate_series({{first}}, {{first + count - 1}}) n
        """;

    /// <summary>Pages that the claim itself touches, by EXPLAIN: of its statements, the one that touches
    /// most.</summary>
    private static async Task<long> BuffersAsync(StoreUnderTest db, long[] starts)
    {
        await using var connection = await db.Database.DataSource.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using (var settings = new NpgsqlCommand(PostgresStore.IndexOnly, connection))
            await settings.ExecuteNonQueryAsync(Stop);
        var most = 0L;
        foreach (var (statement, others) in new (string, NpgsqlParameter[])[]
        {
            (OutboxReader.Read, []),
            (OutboxReader.ReadBehind, [Parameters.Array(starts)]),
            (OutboxReader.ReadNotHeld, [Parameters.Of(Some.Time), Parameters.Of(Some.Time)]),
        })
        {
            await using var explain = new NpgsqlCommand(
                "explain (analyze, buffers, format json) " + statement, connection);
            explain.Parameters.Add(Parameters.Array([0, 1, 2, 3]));
            explain.Parameters.Add(Parameters.Array(starts));
            explain.Parameters.Add(Parameters.Of(256));
            explain.Parameters.AddRange(others);
            most = Math.Max(most, Buffers((string)(await explain.ExecuteScalarAsync(Stop))!));
        }
        return most;
    }

    private static long Buffers(string explained)
    {
        var plan = JsonDocument.Parse(explained).RootElement[0].GetProperty("Plan");
        return plan.GetProperty("Shared Hit Blocks").GetInt64() + plan.GetProperty("Shared Read Blocks").GetInt64();
    }
}
