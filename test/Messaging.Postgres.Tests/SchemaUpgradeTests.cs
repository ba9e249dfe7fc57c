using Npgsql;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>Databases of earlier versions go on with what is in them.</summary>
public sealed class SchemaUpgradeTests(PostgresServer server)
{
    private const string NextStep = "alter table msg_timers add column note text not null default 'none'";

    private const string Applied = "select version from msg_schema union all select version from msg_schema_added";
    private const string Highest = $"select max(version) from ({Applied}) as applied";

    private static CancellationToken Stop => StoreUnderTest.Stop;

    [Fact]
    public async Task A_database_of_before_there_was_a_version_gets_one_and_keeps_its_rows()
    {
        await using var before = await StoreUnderTest.CreateAsync(server);
        await before.RunAsync("drop table msg_schema, msg_schema_added");
        await before.PublishAsync(Some.OutboxRow());

        await using var now = before.Another();
        await now.Store.PrepareAsync(Stop);
        Assert.Equal(Schema.Steps.Count, await now.ScalarAsync<int>(Highest));
        Assert.Single(await now.Store.ReadOutboxAsync([0], 10, Some.Time, Stop));
    }

    [Fact]
    public async Task Each_version_is_upgraded_to_the_next_by_one_of_those_that_start_together()
    {
        await using var store = await StoreUnderTest.CreateAsync(server);
        await store.RunAsync(
            "insert into msg_timers (id, type, key, due, data) " +
            "values (gen_random_uuid(), 'stock-overdue', 'order-1', now(), 'x')");
        string[] steps = [.. Schema.Steps, NextStep];
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            SchemaUpgrade.RunAsync(store.Database.DataSource, steps, Stop)));
        Assert.Equal("none", await store.ScalarAsync<string>("select note from msg_timers where key = 'order-1'"));
        Assert.Equal(steps.Length, await store.ScalarAsync<int>($"select count(*)::int from ({Applied}) as applied"));

    }

    [Fact]
    public async Task The_version_before_goes_on_with_what_the_next_one_has_added_to_unless_that_says_no()
    {
        await using var store = await StoreUnderTest.CreateAsync(server);
        await SchemaUpgrade.RunAsync(store.Database.DataSource, [.. Schema.Steps, NextStep], Stop);
        await using var older = store.Another();
        await older.Store.PrepareAsync(Stop);
        await older.PublishAsync(Some.OutboxRow());
        Assert.Equal(Schema.Steps.Count + 1, await store.ScalarAsync<int>(Highest));

        await store.RunAsync("create table msg_schema_oldest (version int)");
        await store.RunAsync($"insert into msg_schema_oldest values ({Schema.Steps.Count + 1})");
        await using var refused = store.Another();
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => refused.Store.PrepareAsync(Stop));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Builds of release 1.0.0 refuse whatever is above that.</summary>
    [Fact]
    public async Task The_first_release_finds_no_higher_version_than_its_own_where_it_looks()
    {
        await using var store = await StoreUnderTest.CreateAsync(server);
        Assert.Equal(2, await store.ScalarAsync<int>("select max(version) from msg_schema"));
        await store.RunAsync("insert into msg_schema (version) values (9)"); // As builds since then have written it.
        await using var now = store.Another();
        await now.Store.PrepareAsync(Stop);
        Assert.Equal(2, await store.ScalarAsync<int>("select max(version) from msg_schema"));
        Assert.Equal(9, await store.ScalarAsync<int>(Highest));
    }

    [Fact]
    public async Task A_step_that_waits_for_somebody_lets_through_who_comes_behind_it_and_is_taken_the_next_time()
    {
        var address = await server.CreateDatabaseAsync();
        await using var store = await StoreUnderTest.CreateAsync(address, null);
        string[] steps = [.. Schema.Steps, NextStep];
        await using (var elsewhere = NpgsqlDataSource.Create(address))
        {
            await using var reader = await elsewhere.OpenConnectionAsync(Stop);
            await using var look = await reader.BeginTransactionAsync(Stop);
            await using var command = new NpgsqlCommand("select count(*) from msg_timers", reader, look);
            await command.ExecuteScalarAsync(Stop);

            var upgrade = SchemaUpgrade.RunAsync(store.Database.DataSource, steps, Stop);
            await Eventually.HoldsAsync("the step waits", async () =>
                upgrade.IsCompleted || await store.ScalarAsync<bool>(
                    "select exists (select from pg_locks where relation = 'msg_timers'::regclass and not granted)"));
            Assert.Equal(0L, await store.ScalarAsync<long>("select count(*) from msg_timers"));
            var gaveWay = await Assert.ThrowsAsync<PostgresException>(() => upgrade);
            Assert.Equal(PostgresErrorCodes.LockNotAvailable, gaveWay.SqlState);
            Assert.True(store.Store.IsTransient(gaveWay));
            Assert.Equal(Schema.Steps.Count, await store.ScalarAsync<int>(Highest));
        }
        await SchemaUpgrade.RunAsync(store.Database.DataSource, steps, Stop);
        Assert.Equal(steps.Length, await store.ScalarAsync<int>(Highest));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_the_version_before()
    {
        await using var store = await StoreUnderTest.CreateAsync(server);
        await Assert.ThrowsAnyAsync<Exception>(() => SchemaUpgrade.RunAsync(
            store.Database.DataSource, [.. Schema.Steps, NextStep + "; select 1 / 0"], Stop));
        Assert.Equal(Schema.Steps.Count, await store.ScalarAsync<int>(Highest));
        Assert.Equal(0L, await store.ScalarAsync<long>(
            "select count(*) from information_schema.columns " +
            "where table_name = 'msg_timers' and column_name = 'note'"));
    }
}
