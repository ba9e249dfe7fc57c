using Tessera.Messaging.Store;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What the store suites share: a database of their own, and a store that is prepared.</summary>
public abstract class StoreSuite(StoreBackend backend) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Now = Some.Time;

    private StoreDatabase? _database;

    protected StoreBackend Backend { get; } = backend;

    protected StoreDatabase OwnDatabase => _database!;

    protected IMessageStore Store { get; private set; } = null!;

    protected IDatabase Database { get; private set; } = null!;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync()
    {
        if (Backend.Missing is { } missing) Assert.Skip(missing);
        _database = await Backend.NewDatabaseAsync();
        (Store, Database) = _database.Open();
        await Store.PrepareAsync(Stop);
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_database is not null) await _database.DisposeAsync();
    }

    /// <summary>The store as another process of the same service has it.</summary>
    protected IMessageStore AnotherProcess() => OwnDatabase.Open().Store;

    /// <summary>Runs one transaction and commits it.</summary>
    protected async Task CommitAsync(Action<IStoreSession> work)
    {
        await using var session = await Store.BeginAsync(Stop);
        work(session);
        await session.CommitAsync(Stop);
    }

    protected Task AppendAsync(params OutboxRow[] rows) => CommitAsync(session => session.AppendOutbox(rows));

    protected Task ParkAsync(params ParkedMessage[] messages) => CommitAsync(session => session.Park(messages));

    protected Task<IReadOnlyList<OutboxRow>> ReadOutboxAsync(
        DateTimeOffset? now = null, int limit = 100, params int[] shards) =>
        Store.ReadOutboxAsync(shards.Length == 0 ? [0, 1, 2, 3] : shards, limit, now ?? Now, Stop);

    protected static string Text(EventEnvelope message) => System.Text.Encoding.UTF8.GetString(message.Data.Span);

    /// <summary>A table of the service's own, to see what a transaction did.</summary>
    protected async Task CreateAccountsAsync()
    {
        await using var session = await Store.BeginAsync(Stop);
        await session.ExecuteAsync(
            "CREATE TABLE accounts (name VARCHAR(40) PRIMARY KEY, pence BIGINT NOT NULL)", [], Stop);
        await session.CommitAsync(Stop);
    }

    protected async Task<List<(string Name, long Pence)>> AccountsAsync() => await Database.QueryAsync(
        "SELECT name, pence FROM accounts ORDER BY name", [], row => (row.GetString(0), row.GetInt64(1)), Stop);
}
