using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
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
        Action<MessagingBuilder> store, Action<IServiceProvider, DbContextOptionsBuilder> provider, CancellationToken stop)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMessaging("notes", messages =>
        {
            messages.Publishes<NoteWritten>(written => written.Note);
            store(messages);
        });
        services.AddMessagingDbContext<NotesContext>(provider);
        var service = new Service(services.BuildServiceProvider(validateScopes: true));
        await service.PrepareAsync(stop);
        return service;
    }
}

public sealed class OnSqlite : Backend
{
    public override Task<Service> StartAsync(CancellationToken stop)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("tessera-ef-").FullName, "notes.db");
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

public sealed class Service(ServiceProvider provider) : IAsyncDisposable
{
    private IMessageStore Store => provider.GetRequiredService<IMessageStore>();

    public AsyncServiceScope Scope() => provider.CreateAsyncScope();

    public async Task PrepareAsync(CancellationToken stop)
    {
        await Store.PrepareAsync(stop);
        await using var session = await Store.BeginAsync(stop);
        await session.ExecuteAsync(NotesContext.Table, [], stop);
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
        [.. (await Store.ReadOutboxAsync([0, 1, 2, 3], 100, Some.Time, stop)).OrderBy(row => row.Id).Select(row => row.Event.Key)];

    public async Task<int> CountAsync(CancellationToken stop) => (await provider.GetRequiredService<IDatabase>()
        .QueryAsync("select count(*) from notes", [], row => (int)row.GetInt64(0), stop))[0];

    public ValueTask DisposeAsync() => provider.DisposeAsync();
}

public sealed class SqliteDbContext() : DbContextTests(new OnSqlite());

public sealed class PostgresDbContext(PostgresServer server) : DbContextTests(new OnPostgres(server));
