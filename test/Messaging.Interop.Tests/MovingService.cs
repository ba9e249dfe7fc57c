using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Postgres;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>One process of a service that is connected to several brokers, the last of which it publishes to.
/// Replicas share the database: a SQLite file, or PostgreSQL by its connection string.</summary>
internal sealed class MovingService : IAsyncDisposable
{
    private readonly IHost _host;

    private MovingService(
        string name, string database, IEnumerable<ForeignBroker> brokers, Action<MessagingBuilder> list)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMessaging(name, messages =>
        {
            list(messages);
            if (database.Contains("Host=", StringComparison.Ordinal))
            {
                messages.UsePostgres(options => options.ConnectionString = database);
            }
            else
            {
                messages.UseSqlite(options => options.File = database);
            }
            foreach (var broker in brokers) broker.Use(messages);
        });
        _host = builder.Build();
    }

    public Task Stopped { get; private set; } = Task.CompletedTask;

    public static Task<MovingService> PublisherAsync(string database, params ForeignBroker[] brokers) => StartAsync(
        ParcelSent.Stream, database, brokers,
        messages => messages.SubscribedBy(["tracking"]).Publishes<ParcelSent>(sent => sent.Parcel));

    public static Task<MovingService> HandlerAsync(string database, params ForeignBroker[] brokers) =>
        StartAsync("tracking", database, brokers, messages => messages.Handle<NoteParcelSent>());

    /// <summary>Starts without waiting for readiness.</summary>
    public static async Task<MovingService> BeginPublisherAsync(string database, params ForeignBroker[] brokers)
    {
        var service = new MovingService(
            ParcelSent.Stream, database, brokers,
            messages => messages.SubscribedBy(["tracking"]).Publishes<ParcelSent>(sent => sent.Parcel));
        await service._host.StartAsync();
        service.Stopped = service._host.WaitForShutdownAsync();
        return service;
    }

    public string Health => string.Join(
        "; ", _host.Services.GetRequiredService<MessagingHealth>().Parts.Select(part => $"{part.Name}: {part.Reason}"));

    public async Task PublishAsync(IEnumerable<ParcelSent> events)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        foreach (var sent in events) work.Publish(sent);
        await work.CommitAsync(default);
    }

    public Task<List<T>> QueryAsync<T>(string sql, Func<StoreReader, T> read) =>
        _host.Services.GetRequiredService<IDatabase>().QueryAsync(sql, [], read, default);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }

    private static async Task<MovingService> StartAsync(
        string name, string database, IEnumerable<ForeignBroker> brokers, Action<MessagingBuilder> list)
    {
        var service = new MovingService(name, database, brokers, list);
        await service._host.StartAsync();
        var health = service._host.Services.GetRequiredService<MessagingHealth>();
        await Eventually.HoldsAsync("messaging has started", () => health.HasStarted, Eventually.ProcessBound);
        return service;
    }
}
