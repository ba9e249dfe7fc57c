using Tessera.Messaging.Conformance;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>What operators look at is read by an index, or in its order up to a bound, however much is parked.
/// </summary>
public sealed class OperatorPlanTests(SqliteBackend backend) : StoreSuite(backend), IClassFixture<SqliteBackend>
{
    [Fact]
    public async Task No_statement_for_operators_walks_along_a_whole_table()
    {
        var one = Some.Parked(Some.Event("k"));
        await ParkAsync(one, Some.Parked(Some.Event("other")));
        Assert.Empty(await SqlitePlans.WalksAsync(Database, async () =>
        {
            await OperatorsLook.AtKeysAndPagesAsync(Store, Database, one, Stop);
            await OperatorsLook.AtCausesAndActsAsync(Database, Stop);
        }));
    }

    [Fact]
    public async Task A_statement_that_does_is_found()
    {
        await ParkAsync(Some.Parked(Some.Event("k")));
        Assert.NotEmpty(await SqlitePlans.WalksAsync(Database, () => Database.QueryAsync(
            "select count(*) from msg_parked where type = $1", ["t"], row => row.GetInt64(0), Stop)));
        Assert.NotEmpty(await SqlitePlans.WalksAsync(Database, () => Database.QueryAsync(
            "select key from msg_parked order by reason limit 1", [], row => row.GetString(0), Stop)));
    }
}
