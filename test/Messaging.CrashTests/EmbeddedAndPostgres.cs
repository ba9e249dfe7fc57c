using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.CrashTests;

/// <summary>The embedded log, and PostgreSQL under the services.</summary>
public sealed class EmbeddedAndPostgres : CrashBackend
{
    private readonly PostgresServer _server = new();

    public override ValueTask InitializeAsync() => _server.InitializeAsync();

    public override ValueTask DisposeAsync() => _server.DisposeAsync();

    internal override async Task<ScenarioSettings> NewRunAsync(TemporaryFolder folder) => new()
    {
        Folder = folder.Path,
        Run = Guid.CreateVersion7(),
        Store = "postgres",
        OrdersDatabase = await _server.CreateDatabaseAsync(),
        StockDatabase = await _server.CreateDatabaseAsync(),
    };
}

public sealed class CrashPointsOnEmbeddedAndPostgres(EmbeddedAndPostgres backend)
    : CrashPoints(backend), IClassFixture<EmbeddedAndPostgres>;
