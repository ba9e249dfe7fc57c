using Tessera.Messaging.Store;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What one transaction promises, alike on each engine.</summary>
public abstract class SessionPromises(StoreBackend backend) : StoreSuite(backend)
{
    private const string Insert = "INSERT INTO accounts (name, pence) VALUES ($1, $2)";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await CreateAccountsAsync();
    }

    [Fact]
    public async Task What_is_committed_is_there_and_what_is_not_is_gone()
    {
        await CommitAsync(session => session.Enqueue(Insert, ["anna", 100L]));
        await using (var session = await Store.BeginAsync(Stop))
        {
            await session.ExecuteAsync(Insert, ["bert", 1L], Stop);
            session.Enqueue(Insert, ["carl", 1L]);
        }
        await using (var session = await Store.BeginAsync(Stop))
        {
            await session.ExecuteAsync(Insert, ["dora", 1L], Stop);
            await session.RollbackAsync();
        }
        Assert.Equal([("anna", 100L)], await AccountsAsync());
    }

    [Fact]
    public async Task Queued_statements_run_in_order_before_the_next_that_answers()
    {
        await using var session = await Store.BeginAsync(Stop);
        session.Enqueue(Insert, ["anna", 100L]);
        session.Enqueue("UPDATE accounts SET pence = pence - $2 WHERE name = $1", ["anna", 30L]);
        var pence = await session.QueryAsync("SELECT pence FROM accounts", [], row => row.GetInt64(0), Stop);
        Assert.Equal([70L], pence);
        Assert.Equal(1, await session.ExecuteAsync("UPDATE accounts SET pence = 0 WHERE name = $1", ["anna"], Stop));
        await session.CommitAsync(Stop);
        Assert.Equal([("anna", 0L)], await AccountsAsync());
    }

    [Fact]
    public async Task A_statement_that_touches_another_number_of_rows_than_expected_fails_the_commit()
    {
        await CommitAsync(session => session.Enqueue(Insert, ["anna", 100L]));
        const string update = "UPDATE accounts SET pence = 0 WHERE name = $1";
        var failure = await Assert.ThrowsAsync<UnexpectedRowsException>(() => CommitAsync(session =>
        {
            session.Enqueue(update, ["anna"], rowsExpected: 1);
            session.Enqueue(update, ["nobody"], rowsExpected: 1);
        }));
        Assert.Contains(update, failure.Message, StringComparison.Ordinal);
        Assert.False(Store.IsTransient(failure));
        Assert.Equal([("anna", 100L)], await AccountsAsync());
    }

    [Fact]
    public async Task A_transaction_in_which_a_statement_failed_cannot_be_committed()
    {
        await CommitAsync(session => session.Enqueue(Insert, ["anna", 100L]));
        await using (var session = await Store.BeginAsync(Stop))
        {
            await session.ExecuteAsync(Insert, ["bert", 1L], Stop);
            var failure = await Assert.ThrowsAnyAsync<Exception>(
                () => session.ExecuteAsync(Insert, ["anna", 2L], Stop));
            Assert.False(Store.IsTransient(failure), failure.ToString());
            await Assert.ThrowsAnyAsync<Exception>(() => session.CommitAsync(Stop));
        }
        Assert.Equal([("anna", 100L)], await AccountsAsync());
    }

    [Fact]
    public async Task Every_kind_of_value_comes_back_as_it_was_given()
    {
        var id = Guid.CreateVersion7();
        var (guid, time, bytes) =
            Database.Engine == "sqlite" ? ("TEXT", "INTEGER", "BLOB") : ("uuid", "timestamptz", "bytea");
        var flag = Database.Engine == "sqlite" ? "INTEGER" : "boolean";
        await using var session = await Store.BeginAsync(Stop);
        await session.ExecuteAsync(
            $"""
            CREATE TABLE kinds (
                a TEXT, b {guid}, c {time}, d {bytes}, e {flag}, f INTEGER, g BIGINT, h DOUBLE PRECISION, i TEXT, j {bytes})
            """, [], Stop);
        session.Enqueue(
            "INSERT INTO kinds VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            ["Zoë", id, Now, new byte[] { 1, 0, 255 }, true, 7, long.MaxValue,
                0.5, null, new ReadOnlyMemory<byte>([9, 8, 7], 1, 2)]);
        var found = await session.QueryAsync("SELECT * FROM kinds", [], row =>
        {
            Assert.Equal("Zoë", row.GetString(0));
            Assert.Equal(id, row.GetGuid(1));
            Assert.Equal(Now, row.GetTime(2));
            Assert.Equal([1, 0, 255], row.GetBytes(3));
            Assert.True(row.GetBoolean(4));
            Assert.Equal(7, row.GetInt32(5));
            Assert.Equal(long.MaxValue, row.GetInt64(6));
            Assert.Null(row.GetStringOrNull(8));
            Assert.True(row.IsNull(8));
            Assert.Equal([8, 7], row.GetBytes(9));
            return true;
        }, Stop);
        Assert.Single(found);
        var alike = await session.QueryAsync(
            "SELECT COUNT(*) FROM kinds WHERE b = $1 AND c = $2", [id, Now], row => row.GetInt64(0), Stop);
        Assert.Equal([1L], alike);
    }

    [Fact]
    public async Task Inserts_that_may_run_together_leave_the_same_rows_as_one_by_one()
    {
        var (guid, time) = Database.Engine == "sqlite" ? ("TEXT", "INTEGER") : ("uuid", "timestamptz");
        var flag = Database.Engine == "sqlite" ? "INTEGER" : "boolean";
        const string insert = """
            INSERT INTO kinds (a, b, c, d, e, f, g, h) VALUES ($1, $2, $3, $4, $5, $6, $7, 'same')
            ON CONFLICT DO NOTHING
            """;
        object?[][] rows =
        [
            ["anna", Guid.CreateVersion7(), Now, true, 7, long.MaxValue, 0.5],
            ["bert", null, null, null, null, null, null],
            ["carl", Guid.CreateVersion7(), Now, false, 8, 9L, 1.5],
            ["anna", null, null, null, 1, 1L, 1.0], // In conflict with the first.
        ];
        await using var session = await Store.BeginAsync(Stop);
        await session.ExecuteAsync(
            $"""
            CREATE TABLE kinds (
                a TEXT PRIMARY KEY, b {guid}, c {time}, d {flag}, e INTEGER, f BIGINT, g DOUBLE PRECISION, h TEXT)
            """, [], Stop);
        foreach (var row in rows) session.EnqueueInsert(insert, row);
        var found = await session.QueryAsync(
            "SELECT a, b, c, d, e, f, CAST(2 * g AS BIGINT), h FROM kinds ORDER BY a", [], row => (object?[])
            [
                row.GetString(0), Or(row.IsNull(1), () => row.GetGuid(1)), Or(row.IsNull(2), () => row.GetTime(2)),
                Or(row.IsNull(3), () => row.GetBoolean(3)), Or(row.IsNull(4), () => row.GetInt32(4)),
                Or(row.IsNull(5), () => row.GetInt64(5)), Or(row.IsNull(6), () => row.GetInt64(6) / 2.0),
                row.GetString(7),
            ], Stop);
        Assert.Equal(rows[..3].Select(row => row.Append("same")), found);

        static object? Or<T>(bool isNull, Func<T> value) => isNull ? null : value();
    }

    [Fact]
    public async Task A_row_that_may_run_with_others_is_there_for_what_is_queued_after_it()
    {
        await CommitAsync(session =>
        {
            foreach (var name in new[] { "anna", "bert", "carl" })
            {
                session.EnqueueInsert(Insert, name, 100L);
                session.Enqueue(
                    "UPDATE accounts SET pence = pence + 1 WHERE name = $1", [name], rowsExpected: 1);
            }
        });
        Assert.Equal([("anna", 101L), ("bert", 101L), ("carl", 101L)], await AccountsAsync());
    }

    [Fact]
    public async Task Of_inserts_that_run_together_all_count_or_none()
    {
        await CommitAsync(session => session.Enqueue(Insert, ["anna", 100L]));
        await Assert.ThrowsAnyAsync<Exception>(() => CommitAsync(session =>
        {
            session.EnqueueInsert(Insert, "bert", 1L);
            session.EnqueueInsert(Insert, "anna", 1L);
        }));
        Assert.Equal([("anna", 100L)], await AccountsAsync());
    }

    [Fact]
    public async Task The_connection_and_its_transaction_are_for_plain_ado_net_too()
    {
        await using var session = await Store.BeginAsync(Stop);
        session.Enqueue(Insert, ["anna", 100L]);
        await session.FlushAsync(Stop);
        await using (var command = session.Connection.CreateCommand())
        {
            command.Transaction = session.Transaction;
            command.CommandText = "UPDATE accounts SET pence = pence + 1";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Stop));
        }
        await session.CommitAsync(Stop);
        Assert.Equal([("anna", 101L)], await AccountsAsync());
    }

    [Fact]
    public async Task A_read_outside_sees_nothing_of_an_open_transaction_and_does_not_wait_for_it()
    {
        await using var session = await Store.BeginAsync(Stop);
        await session.ExecuteAsync(Insert, ["anna", 100L], Stop);
        Assert.Empty(await AccountsAsync());
        await session.CommitAsync(Stop);
        Assert.Single(await AccountsAsync());
    }

    [Fact]
    public async Task Concurrent_transactions_of_two_processes_all_take_effect()
    {
        await CommitAsync(session => session.Enqueue(Insert, ["anna", 0L]));
        var stores = new[] { Store, AnotherProcess() };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Run(async () =>
        {
            for (var turn = 0; turn < 10; turn++)
            {
                await using var session = await stores[writer % 2].BeginAsync(Stop);
                await session.ExecuteAsync("UPDATE accounts SET pence = pence + 1 WHERE name = $1", ["anna"], Stop);
                await session.CommitAsync(Stop);
            }
        }, Stop)));
        Assert.Equal([("anna", 80L)], await AccountsAsync());
    }

    [Fact]
    public async Task A_cancelled_statement_ends_the_transaction_and_later_ones_go_on()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await using (var session = await Store.BeginAsync(Stop))
        {
            await session.ExecuteAsync(Insert, ["anna", 100L], Stop);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => session.ExecuteAsync(Insert, ["bert", 1L], cancelled.Token));
        }
        await using (var session = await Store.BeginAsync(Stop))
        {
            session.Enqueue(Insert, ["carl", 1L]);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.CommitAsync(cancelled.Token));
        }
        await CommitAsync(session => session.Enqueue(Insert, ["dora", 4L]));
        Assert.Equal([("dora", 4L)], await AccountsAsync());
    }

    [Fact]
    public async Task Several_processes_may_prepare_the_same_database_at_once()
    {
        await using var fresh = await Backend.NewDatabaseAsync();
        var stores = Enumerable.Range(0, 4).Select(_ => fresh.Open().Store).ToList();
        await Task.WhenAll(stores.Select(store => Task.Run(() => store.PrepareAsync(Stop), Stop)));
        await stores[0].PrepareAsync(Stop);
        Assert.Equal(0, (await stores[3].ReadStatisticsAsync(Stop)).OutboxRows);
    }

    [Fact]
    public void Failures_of_the_database_are_transient_and_others_are_not()
    {
        Assert.All(OwnDatabase.TransientFailures(), failure =>
        {
            Assert.True(Store.IsTransient(failure), failure.ToString());
            Assert.True(Store.IsTransient(new InvalidOperationException("wrapped", failure)), failure.ToString());
        });
        Assert.False(Store.IsTransient(new InvalidOperationException("A handler's own.")));
        Assert.False(Store.IsTransient(new FormatException()));
    }
}
