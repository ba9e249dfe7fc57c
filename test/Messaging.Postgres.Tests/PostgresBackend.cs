using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Store;
using Tessera.Testing.Servers;

namespace Tessera.Messaging.Postgres.Tests;

/// <summary>The store suites on PostgreSQL. The server is the assembly's; each test has a
/// database of its own.</summary>
public sealed class PostgresBackend(PostgresServer server) : StoreBackend
{
    public override string Name => "postgres";

    public override async Task<StoreDatabase> NewDatabaseAsync() =>
        new PostgresTestDatabase(await server.CreateDatabaseAsync());
}

internal sealed class PostgresTestDatabase(string connectionString, bool preparedStatements = true) : StoreDatabase
{
    private readonly List<PostgresDatabase> _opened = [];

    public override (IMessageStore Store, IDatabase Database) Open()
    {
        var database = new PostgresDatabase(Options.Create(new PostgresStoreOptions
        {
            ConnectionString = connectionString,
            PreparedStatements = preparedStatements,
        }));
        _opened.Add(database);
        return (new PostgresStore(database, StoreBackend.Outbox, TimeProvider.System), database);
    }

    public override IEnumerable<Exception> TransientFailures() =>
    [
        .. new[]
        {
            "08006", "28P01", "3D000", "40001", "40P01", "53100", "53200", "53300",
            "55P03", "57014", "57P01", "57P02", "57P03", "58030", "25P03", "25006", "26000",
        }.Select(state => new PostgresException("As if", "ERROR", "ERROR", state)),
        new PostgresException("cached plan must not change result type", "ERROR", "ERROR", "0A000"),
        new NpgsqlException("The connection pool has been exhausted", new TimeoutException()),
        new NpgsqlException("Exception while reading from stream", new IOException("reset", new SocketException(104))),
        new InvalidOperationException("Around it", new NpgsqlException("Failed to connect", new SocketException(111))),
    ];

    public override async ValueTask DisposeAsync()
    {
        foreach (var database in _opened) await database.DisposeAsync();
    }
}
