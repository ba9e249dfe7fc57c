using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>A transaction pooler may give each transaction another server connection.</summary>
public sealed class PoolerTests(PostgresServer server)
{
    private static LeaseRequest Request(string member, bool leave = false) =>
        new("relay", member, 4, TimeSpan.FromSeconds(30), [], leave);

    [Fact]
    public async Task Leases_hold_though_each_turn_comes_through_another_connection()
    {
        await using var db = await CreateAsync(server, options => options.PreparedStatements = false, ";Pooling=false");
        Assert.Equal(4, (await db.Store.ExchangeLeasesAsync(Request("one"), Stop)).Leases.Count);
        Assert.Empty((await db.Store.ExchangeLeasesAsync(Request("two"), Stop)).Leases);
        Assert.Equal(2, (await db.Store.ExchangeLeasesAsync(Request("one"), Stop)).Leases.Count);
        Assert.Equal(2, (await db.Store.ExchangeLeasesAsync(Request("two"), Stop)).Leases.Count);
        await db.Store.ExchangeLeasesAsync(Request("one", leave: true), Stop);
        Assert.Equal(4, (await db.Store.ExchangeLeasesAsync(Request("two"), Stop)).Leases.Count);
    }

    [Fact]
    public async Task Many_members_at_once_never_hold_one_lease_twice()
    {
        await using var db = await CreateAsync(server, options => options.PreparedStatements = false, ";Pooling=false");
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(
                Enumerable.Range(0, 8).Select(member => db.Store.ExchangeLeasesAsync(Request("m" + member), Stop)));
            // Who has more than its share gives it back when it asks; those before it learn of it when they ask again.
            var grants = await AskAllAsync();
            Assert.Equal(grants.Count, grants.Distinct().Count());
            Assert.Equal([0, 1, 2, 3], (await AskAllAsync()).Order());
        }

        async Task<List<int>> AskAllAsync()
        {
            var grants = new List<int>();
            for (var member = 0; member < 8; member++)
            {
                grants.AddRange((await db.Store.ExchangeLeasesAsync(Request("m" + member), Stop))
                    .Leases.Select(lease => lease.Slot));
            }
            return grants;
        }
    }

    [Fact]
    public async Task Nothing_stays_on_a_connection()
    {
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 2);
        await db.Store.ExchangeLeasesAsync(Request("one"), Stop);
        await db.PublishAsync(Some.OutboxRow());
        await db.Store.SettleOutboxAsync(await db.Store.ReadOutboxAsync([0], 10, Some.Time, Stop), Stop);
        await db.Store.TrimInboxAsync(Some.Time, 10, Stop);
        await using (var session = await db.Store.BeginAsync(Stop))
        {
            await session.AdmitAsync("orders", [Guid.CreateVersion7()], ["k"], Some.Time, Stop);
            await session.CommitAsync(Stop);
        }
        foreach (var setting in new[] { "synchronous_commit", "enable_seqscan", "idle_in_transaction_session_timeout" })
        {
            Assert.Equal(
                await db.ScalarAsync<string>($"select boot_val from pg_settings where name = '{setting}'"),
                await db.ScalarAsync<string>($"select setting from pg_settings where name = '{setting}'"));
        }
        Assert.Equal(0L, await db.ScalarAsync<long>(
            "select count(*) from pg_locks where locktype = 'advisory' " +
            "and database = (select oid from pg_database where datname = current_database())"));
        Assert.Equal(0L, await db.ScalarAsync<long>("select count(*) from pg_listening_channels()"));
    }
}
