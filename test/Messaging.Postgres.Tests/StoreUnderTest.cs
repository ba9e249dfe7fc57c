using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>A store over its own new database.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly string _connectionString;

    private StoreUnderTest(string connectionString, Action<PostgresStoreOptions>? configure)
    {
        _connectionString = connectionString;
        var options = new PostgresStoreOptions { ConnectionString = connectionString };
        configure?.Invoke(options);
        Database = new PostgresDatabase(Options.Create(options));
        Store = new PostgresStore(Database, StoreBackend.Outbox, Clock);
    }

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Of this process alone; the database has its own.</summary>
    public FakeTimeProvider Clock { get; } = new(Some.Time);

    public PostgresDatabase Database { get; }

    public IMessageStore Store { get; }

    public static async Task<StoreUnderTest> CreateAsync(
        PostgresServer server, Action<PostgresStoreOptions>? configure = null, string more = "") =>
        await CreateAsync(await server.CreateDatabaseAsync() + more, configure);

    public static async Task<StoreUnderTest> CreateAsync(
        string connectionString, Action<PostgresStoreOptions>? configure)
    {
        var made = new StoreUnderTest(connectionString, configure);
        await made.Store.PrepareAsync(Stop);
        return made;
    }

    /// <summary>As another process sees the same database.</summary>
    public StoreUnderTest Another(Action<PostgresStoreOptions>? configure = null) => new(_connectionString, configure);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(Stop))!;
    }

    public async Task RunAsync(string sql)
    {
        await using var command = Database.DataSource.CreateCommand(sql);
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(Stop);
    }

    public async Task PublishAsync(params OutboxRow[] rows)
    {
        await using var session = await Store.BeginAsync(Stop);
        session.AppendOutbox(rows);
        await session.CommitAsync(Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
    }
}
