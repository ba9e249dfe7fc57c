using Tessera.Messaging.CrashHost;
using Tessera.Testing;
using Tessera.Testing.Servers;

namespace Tessera.Messaging.CrashTests;

/// <summary>The embedded log, and PostgreSQL under the services.</summary>
public sealed class EmbeddedAndPostgres : CrashBackend
{
    private readonly PostgresServer _server = new();

    protected override Task StartAsync() => _server.InitializeAsync().AsTask();

    protected override Task StopAsync() => _server.DisposeAsync().AsTask();

    private protected override async Task<ScenarioSettings> PrepareRunAsync(TemporaryFolder folder) => new()
    {
        Folder = folder.Path,
        Run = Guid.CreateVersion7(),
        Store = "postgres",
        OrdersDatabase = await _server.CreateDatabaseAsync(),
        StockDatabase = await _server.CreateDatabaseAsync(),
    };
}
