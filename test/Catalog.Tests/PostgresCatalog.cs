using Tessera.Testing.Servers;

namespace Tessera.Catalog.Tests;

/// <summary>The same, with a PostgreSQL database.</summary>
public sealed class PostgresCatalog : CatalogProcess
{
    private readonly PostgresServer _server = new();

    public override async ValueTask InitializeAsync()
    {
        if (!_server.IsAvailable) return; // The tests skip, or fail in CI.
        await _server.InitializeAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _server.DisposeAsync();
    }

    public void Require() => _server.Require();

    protected override async Task<(string Key, string Value)[]> DatabaseAsync() =>
        [("Database:Engine", "postgres"), ("Database:ConnectionString", await _server.CreateDatabaseAsync())];
}
