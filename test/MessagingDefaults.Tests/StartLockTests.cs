using Npgsql;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.MessagingDefaults.Tests;

public sealed class StartLockTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = new("start-lock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Lets_one_replica_after_the_other_prepare(string engine)
    {
        await using var elsewhere = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        ServiceDatabase Replica() => engine == "sqlite"
            ? new SqliteServiceDatabase(Path.Combine(_folder.Path, "service.db"))
            : new PostgresServiceDatabase(elsewhere.ConnectionString);
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using var alone = await new StartLock(Replica()).TakeAsync(Stop);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await elsewhere.CreateCommand("select 1").ExecuteScalarAsync(Stop); // Long enough for another to come in.
            Interlocked.Decrement(ref inside);
        }));
        Assert.Equal((0, 1), (inside, most));
    }
}
