using Npgsql;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

public sealed class TransactionTests(PostgresServer server)
{
    private const string Table = "create table things (id int primary key, name text)";

    [Fact]
    public async Task Commits_what_was_queued_and_the_events_together()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            session.Enqueue("insert into things values ($1, $2)", [1, "one"]);
            session.AppendOutbox([Row(0, "a"), Row(1, "b")]);
            await session.CommitAsync(Stop);
        }
        Assert.Equal("one", await db.ScalarAsync<string>("select name from things"));
        Assert.Equal(
            ["a", "b"], (await db.Store.ReadOutboxAsync([0, 1], 10, Some.Time, Stop)).Select(row => row.Event.Key));
    }

    [Fact]
    public async Task Commits_nothing_when_one_queued_statement_fails()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using var session = await db.Store.BeginAsync(Stop);
        session.Enqueue("insert into things values (1, 'one')", []);
        session.AppendOutbox([Row(0, "a")]);
        session.Enqueue("insert into things values (1, 'again')", []);
        await Assert.ThrowsAsync<PostgresException>(() => session.CommitAsync(Stop));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from things"));
        Assert.Empty(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
    }

    [Theory]
    [InlineData("insert into things (id, name) values ($1, $2)", 1)]
    [InlineData("INSERT INTO \"things\" (name, id)\n  VALUES ($2, $1)\n  ON CONFLICT (id) DO NOTHING;", 1)]
    [InlineData("insert into things (id, name) values ($1, upper($2))", 4)] // Not understood: one by one.
    [InlineData("insert into things (id, name) values ($1, 'a, b' || $2)", 4)]
    [InlineData("insert into things values ($1, $2)", 4)]
    public async Task Rows_of_one_plain_insert_run_as_one_statement(string insert, int statements)
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table + """
            ; create table ran (at timestamptz);
            create function note() returns trigger language plpgsql as
                $$ begin insert into ran values (now()); return null; end $$;
            create trigger note after insert on things for each statement execute function note()
            """);
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            for (var i = 0; i < 4; i++)
            {
                session.EnqueueInsert(insert, i, "thing");
                session.AppendOutbox([Row(0, "a")]); // Whatever is queued between them.
            }
            await session.CommitAsync(Stop);
        }
        Assert.Equal(4L, await db.ScalarAsync<long>("select count(*) from things"));
        Assert.Equal(statements, await db.ScalarAsync<long>("select count(*) from ran"));
    }

    [Fact]
    public async Task Refuses_rows_of_one_insert_with_different_numbers_of_values()
    {
        await using var db = await CreateAsync(server);
        await using var session = await db.Store.BeginAsync(Stop);
        const string insert = "insert into things (id, name) values ($1, $2)";
        session.EnqueueInsert(insert, 1, "one");
        var refused = Assert.Throws<ArgumentException>(() => session.EnqueueInsert(insert, 2));
        Assert.Contains(insert, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_the_commit_when_a_statement_touched_another_number_of_rows()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using var session = await db.Store.BeginAsync(Stop);
        session.Enqueue("insert into things values (1, 'one')", [], rowsExpected: 1);
        session.Enqueue("update things set name = $1 where id = $2", ["two", 2], rowsExpected: 1);
        var refused = await Assert.ThrowsAsync<UnexpectedRowsException>(() => session.CommitAsync(Stop));
        Assert.Contains("touched 0 rows, not 1: update things", refused.Message, StringComparison.Ordinal);
        Assert.False(db.Store.IsTransient(refused));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from things"));
    }

    [Fact]
    public async Task Does_not_take_a_commit_after_a_swallowed_failure_for_a_commit()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using var session = await db.Store.BeginAsync(Stop);
        await session.ExecuteAsync("insert into things values (1, 'one')", [], Stop);
        await Assert.ThrowsAsync<PostgresException>(
            () => session.ExecuteAsync("insert into things values (1, 'x')", [], Stop));
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.CommitAsync(Stop));
    }

    [Fact]
    public async Task Serves_plain_ado_net_and_its_own_statements_in_one_transaction()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            await session.AdmitAsync("orders", [Guid.CreateVersion7()], ["k"], Some.Time, Stop);
            await using var command = session.Connection.CreateCommand();
            command.Transaction = session.Transaction;
            command.CommandText = "insert into things values (1, 'ado')";
            await command.ExecuteNonQueryAsync(Stop);
            session.Enqueue("update things set name = name || '!'", []);
            Assert.Equal(
                ["ado!"], await session.QueryAsync("select name from things", [], row => row.GetString(0), Stop));
            Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from things"));
            await session.CommitAsync(Stop);
        }
        Assert.Equal("ado!", await db.ScalarAsync<string>("select name from things"));
    }

    [Fact]
    public async Task Gives_the_connection_before_the_first_statement_too()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync(Table);
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            await using var command = session.Connection.CreateCommand();
            command.Transaction = session.Transaction;
            command.CommandText = "insert into things values (1, 'ado')";
            await command.ExecuteNonQueryAsync(Stop);
            await session.CommitAsync(Stop);
        }
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            await using var command = session.Connection.CreateCommand();
            command.CommandText = "insert into things values (2, 'lost')";
            await command.ExecuteNonQueryAsync(Stop);
        }
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from things"));
    }

    [Fact]
    public async Task Rolls_back_when_disposed_without_a_commit_and_gives_a_clean_connection_back()
    {
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 2);
        await db.RunAsync(Table);
        for (var i = 0; i < 10; i++)
        {
            await using var session = await db.Store.BeginAsync(Stop);
            await session.ExecuteAsync("insert into things values ($1, 'x')", [i], Stop);
            if (i % 2 == 0) await session.RollbackAsync();
        }
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from things"));
    }

    [Fact]
    public async Task Gives_its_connection_back_when_a_statement_or_the_commit_has_failed()
    {
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 2);
        await db.RunAsync(Table);
        var sessions = new List<IStoreSession>();
        for (var i = 0; i < 6; i++)
        {
            var session = await db.Store.BeginAsync(Stop);
            sessions.Add(session);
            session.Enqueue("update things set name = 'x' where id = 1", [], rowsExpected: 1);
            // A commit of what was only queued, the answer to a query, a statement.
            Func<Task> failing = (i % 3) switch
            {
                0 => () => session.CommitAsync(Stop),
                1 => () => session.QueryAsync("select 1", [], row => row.GetInt32(0), Stop),
                _ => () => session.ExecuteAsync("select 1/0", [], Stop),
            };
            await Assert.ThrowsAnyAsync<Exception>(failing);
            Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from things"));
        }
        foreach (var session in sessions) await session.DisposeAsync();
    }

    [Fact]
    public async Task Cancelling_a_timer_does_not_wait_for_who_handles_it()
    {
        await using var db = await CreateAsync(server);
        await using (var adding = await db.Store.BeginAsync(Stop))
        {
            adding.AddTimers([Some.Timer("k", Some.Time), Some.Timer("l", Some.Time.AddDays(1))]);
            await adding.CommitAsync(Stop);
        }
        await using var handling = await db.Store.BeginAsync(Stop);
        Assert.Single(await handling.TakeTimersAsync(Some.Time, 10, Stop));
        // It may have locked what the handler needs: did it wait, each would wait for the other.
        await using (var cancelling = await db.Store.BeginAsync(Stop))
        {
            cancelling.CancelTimer("PaymentOverdue", "k");
            cancelling.CancelTimer("PaymentOverdue", "l");
            await cancelling.CommitAsync(Stop);
        }
        Assert.Equal(1L, await db.ScalarAsync<long>("select count(*) from msg_timers"));
        await handling.CommitAsync(Stop);
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from msg_timers"));
    }

    [Fact]
    public async Task Passes_every_kind_of_parameter_and_reads_it_back()
    {
        await using var db = await CreateAsync(server);
        await db.RunAsync("create table kinds (a text, b boolean, c int, d bigint, e double precision, f uuid, " +
            "g timestamptz, h bytea, i uuid[])");
        var id = Guid.CreateVersion7();
        await using var session = await db.Store.BeginAsync(Stop);
        for (var i = 0; i < 4; i++) // Often enough to be prepared.
        {
            session.Enqueue("insert into kinds values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                [i == 2 ? null : "t", true, 3, 4L, 5.5, id, Some.Time, new byte[] { 1, 2 }, new[] { id }]);
        }
        var rows = await session.QueryAsync("select * from kinds where i[1] = any($1)", [new[] { id }],
            row => (row.GetStringOrNull(0), row.GetBoolean(1), row.GetInt32(2),
                row.GetInt64(3), row.GetGuid(5), row.GetTime(6), row.GetBytes(7).Length), Stop);
        Assert.Equal(4, rows.Count);
        Assert.Equal(("t", true, 3, 4L, id, Some.Time, 2), rows[0]);
        Assert.Null(rows[2].Item1);
    }

    [Fact]
    public async Task Ends_the_transaction_of_a_frozen_process_so_that_its_locks_are_free()
    {
        await using var db = await CreateAsync(
            server, options => options.IdleInTransactionTimeout = TimeSpan.FromMilliseconds(300));
        var id = Guid.CreateVersion7();
        await using var frozen = await db.Store.BeginAsync(Stop);
        await frozen.AdmitAsync("orders", [id], ["k"], Some.Time, Stop);
        await using var successor = await db.Store.BeginAsync(Stop);
        Assert.Contains(id, (await successor.AdmitAsync("orders", [id], ["k"], Some.Time, Stop)).New);
        await successor.CommitAsync(Stop);
        var late = await Assert.ThrowsAnyAsync<Exception>(() => frozen.CommitAsync(Stop));
        Assert.True(db.Store.IsTransient(late));
    }

    [Fact]
    public async Task A_discard_leaves_the_key_of_what_a_consumer_parks_meanwhile()
    {
        await using var db = await CreateAsync(server);
        await ParkAsync(db, Some.Event("a"), "first");
        await using var replay = await db.Store.BeginAsync(Stop);
        await replay.TakeParkedAsync("orders", "a", 10, Stop);

        // It waits for the replay, and does not know of the second key yet.
        var discard = db.Store.DiscardParkedAsync(new(Reason: "f*"), new ParkedAct("olga", Some.Time), Stop);
        await WaitingAsync(db, 1);
        await ParkAsync(db, Some.Event("b"), "first of b");
        await using var consumer = await db.Store.BeginAsync(Stop);
        var next = Some.Event("b");
        Assert.Equal(["b"], (await consumer.AdmitAsync("orders", [next.Id], ["b"], Some.Time, Stop)).ParkedKeys);
        await replay.RollbackAsync();

        // It waits for the consumer, having deleted what stood before.
        await WaitingAsync(db, 1, "%msg_parked_keys k where%");
        consumer.Park([Some.Parked(next, attempts: 0, reason: "waits behind")]);
        await consumer.CommitAsync(Stop);
        Assert.Equal(2, await discard.WithinAsync(TimeSpan.FromSeconds(30), Stop));
        Assert.Equal("b", await db.ScalarAsync<string>("select key from msg_parked"));
        Assert.Equal("b", await db.ScalarAsync<string>("select key from msg_parked_keys"));
    }

    private static async Task ParkAsync(StoreUnderTest db, EventEnvelope parked, string reason)
    {
        await using var session = await db.Store.BeginAsync(Stop);
        session.Park([Some.Parked(parked, reason: reason)]);
        await session.CommitAsync(Stop);
    }

    private static Task WaitingAsync(StoreUnderTest db, int count, string statement = "%") => Eventually.HoldsAsync(
        "a statement waits for a lock", async () => count == await db.ScalarAsync<long>(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' " +
            $"and query like '{statement}'"));

    private static OutboxRow Row(int shard, string key) => new(0, shard, Some.Event(key));
}
