using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Messaging.Sqlite.Tests;

public sealed class SqliteBackend : StoreBackend
{
    public override string Name => "sqlite";

    public override Task<StoreDatabase> NewDatabaseAsync() => Task.FromResult<StoreDatabase>(new SqliteTestDatabase());
}

/// <summary>A file in a folder of its own. Each opening is as another process's: its own
/// queue and connections.</summary>
internal sealed class SqliteTestDatabase(string? folder = null) : StoreDatabase
{
    private readonly TemporaryFolder? _folder = folder is null ? new("store") : null;
    private readonly List<IDisposable> _opened = [];

    public string File => Path.Combine(folder ?? _folder!.Path, "orders.db");

    public override (IMessageStore Store, IDatabase Database) Open() => Open(_ => { });

    public (IMessageStore Store, IDatabase Database) Open(Action<SqliteStoreOptions> configure)
    {
        var settings = new SqliteStoreOptions { File = File };
        configure(settings);
        var options = Options.Create(settings);
        var database = new SqliteDatabase(options, TimeProvider.System);
        var store = new SqliteStore(database, options, StoreBackend.Outbox, TimeProvider.System);
        _opened.AddRange([store, database]);
        return (store, database);
    }

    public override IEnumerable<Exception> TransientFailures() =>
        new[] { 5, 6, 7, 8, 10, 13, 14 }.Select(code => new SqliteException("SQLite error " + code, code));

    public override ValueTask DisposeAsync()
    {
        foreach (var opened in _opened) opened.Dispose();
        _folder?.Dispose();
        return ValueTask.CompletedTask;
    }
}
