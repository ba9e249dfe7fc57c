using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Tessera.Messaging.EntityFramework.Tests;

/// <summary>One engine, and a service over a new database of it.</summary>
public abstract class Backend
{
    public abstract Task<Service> StartAsync(CancellationToken stop);

    protected static async Task<Service> StartAsync(
        Action<MessagingBuilder> store,
        Action<IServiceProvider, DbContextOptionsBuilder> provider, CancellationToken stop)
    {
        var log = Path.Combine(ScratchFolder.Create("ef"), "events.db");
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var services = builder.Services;
        services.AddSingleton<List<int>>();
        services.AddMessaging("notes", messages =>
        {
            messages.Publishes<NoteWritten>(written => written.Note).Publishes<NoteCopied>(copied => copied.Note);
            messages.Handle<CopyNote>().SubscribedBy(["notes"]);
            messages.UseEmbeddedTransport(options => options.File = log);
            store(messages);
        });
        services.AddMessagingDbContext<NotesContext>(provider);
        var service = new Service(builder.Build());
        await service.PrepareAsync(stop);
        return service;
    }
}

public sealed class OnSqlite : Backend
{
    public override Task<Service> StartAsync(CancellationToken stop)
    {
        var file = Path.Combine(ScratchFolder.Create("ef"), "notes.db");
        return StartAsync(
            messages => messages.UseSqlite(options => options.File = file),
            (_, options) => options.UseSqlite("Data Source=" + file), stop);
    }
}

public sealed class OnPostgres(PostgresServer server) : Backend
{
    public override async Task<Service> StartAsync(CancellationToken stop)
    {
        var database = await server.CreateDatabaseAsync();
        return await StartAsync(
            messages => messages.UsePostgres(options => options.ConnectionString = database),
            (scope, options) => options.UseNpgsql(scope.GetRequiredService<NpgsqlDataSource>()), stop);
    }
}

public sealed class Service(IHost host) : IAsyncDisposable
{
    private readonly IServiceProvider _provider = host.Services;
    private bool _started;

    /// <summary>What the handler of copies has seen.</summary>
    public IReadOnlyCollection<int> Copies => _provider.GetRequiredService<List<int>>();

    private IMessageStore Store => _provider.GetRequiredService<IMessageStore>();

    public AsyncServiceScope Scope() => _provider.CreateAsyncScope();

    public async Task PrepareAsync(CancellationToken stop)
    {
        await Store.PrepareAsync(stop);
        await ExecuteAsync([NotesContext.Table], stop);
    }

    /// <summary>In one transaction, past every context.</summary>
    public async Task ExecuteAsync(IReadOnlyList<string> statements, CancellationToken stop)
    {
        await using var session = await Store.BeginAsync(stop);
        foreach (var statement in statements) await session.ExecuteAsync(statement, [], stop);
        await session.CommitAsync(stop);
    }

    public async Task WriteAsync(int id, string text, CancellationToken stop, bool publish = false)
    {
        await using var scope = Scope();
        var db = scope.ServiceProvider.GetRequiredService<NotesContext>();
        db.Notes.Add(new Note { Id = id, Text = text });
        if (publish) db.Publish(new NoteWritten(id));
        await db.SaveChangesAsync(stop);
    }

    public async Task<IReadOnlyList<string>> EventKeysAsync(CancellationToken stop) =>
        [.. (await Store.ReadOutboxAsync([0, 1, 2, 3], 100, Some.Time, stop))
            .OrderBy(row => row.Id).Select(row => row.Event.Key)];

    public async Task<int> CountAsync(CancellationToken stop) => (await _provider.GetRequiredService<IDatabase>()
        .QueryAsync("select count(*) from notes", [], row => (int)row.GetInt64(0), stop))[0];

    /// <summary>Starts relay and handlers, as the service's host does.</summary>
    public async Task StartMessagingAsync(CancellationToken stop)
    {
        _started = true;
        await host.StartAsync(stop);
    }

    public async Task<long> ParkedAsync(CancellationToken stop) =>
        (await Store.ReadStatisticsAsync(stop)).ParkedMessages;

    public async ValueTask DisposeAsync()
    {
        if (_started) await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}

public sealed class SqliteDbContext() : DbContextTests(new OnSqlite());

public sealed class PostgresDbContext(PostgresServer server) : DbContextTests(new OnPostgres(server));

public sealed class SqliteFailedCommits() : FailedCommitTests(new OnSqlite());

public sealed class PostgresFailedCommits(PostgresServer server) : FailedCommitTests(new OnPostgres(server));
