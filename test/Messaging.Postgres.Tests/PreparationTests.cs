using Npgsql;
using Tessera.Testing.Servers;
using Xunit;
using static Tessera.Messaging.Postgres.Tests.StoreUnderTest;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>Npgsql prepares a statement when it is run for the second time on a connection. What fails then must not
/// spoil the connection for whoever has it next.</summary>
public sealed class PreparationTests(PostgresServer server)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_statement_that_fails_while_it_is_prepared_works_afterwards(int goodBefore)
    {
        const string divide = "select 10 / $1";
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 1);
        for (var time = 0; time < goodBefore; time++) Assert.Equal(5, await DivideAsync(2));
        for (var time = 0; time < 3; time++)
        {
            await Assert.ThrowsAsync<PostgresException>(() => DivideAsync(0));
            Assert.Equal(5, await DivideAsync(2));
            Assert.Equal("one", await TextAsync("one"));
        }
        for (var time = 0; time < 3; time++)
        {
            await Assert.ThrowsAsync<PostgresException>(() => TextAsync("\0"));
            Assert.Equal("two", await TextAsync("two"));
            Assert.Equal(5, await DivideAsync(2));
        }

        async Task<int> DivideAsync(int by) =>
            (await db.Database.QueryAsync(divide, [by], row => row.GetInt32(0), Stop))[0];

        async Task<string> TextAsync(string text) =>
            (await db.Database.QueryAsync("select $1 || ''", [text], row => row.GetString(0), Stop))[0];
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task So_it_does_in_a_transaction(int goodBefore)
    {
        await using var db = await CreateAsync(server, options => options.PoolSizeMax = 1);
        for (var time = 0; time < goodBefore; time++) Assert.Equal(5, await DivideAsync(2));
        for (var time = 0; time < 3; time++)
        {
            await Assert.ThrowsAsync<PostgresException>(() => DivideAsync(0));
            Assert.Equal(5, await DivideAsync(2));
        }

        async Task<int> DivideAsync(int by)
        {
            await using var session = await db.Store.BeginAsync(Stop);
            var found = await session.QueryAsync("select 10 / $1", [by], row => row.GetInt32(0), Stop);
            await session.CommitAsync(Stop);
            return found[0];
        }
    }
}
