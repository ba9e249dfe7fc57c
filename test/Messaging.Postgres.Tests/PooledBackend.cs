using Tessera.Messaging.Conformance;
using Tessera.Testing.Servers;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>The store suites on PostgreSQL behind a transaction pooler that does not know prepared
/// statements.</summary>
public sealed class PooledBackend(PostgresServer server) : StoreBackend
{
    private PgBouncer? _pooler;

    public override string Name => "postgres";

    public override string? Missing => PgBouncer.Missing;

    public override async Task<StoreDatabase> NewDatabaseAsync() =>
        new PostgresTestDatabase(_pooler!.To(await server.CreateDatabaseAsync()), preparedStatements: false);

    public override async ValueTask InitializeAsync()
    {
        if (Missing is null) _pooler = await PgBouncer.StartAsync(server);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_pooler is not null) await _pooler.DisposeAsync();
        await base.DisposeAsync();
    }
}
