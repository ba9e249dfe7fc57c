using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Sqlite;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Messaging.Interop.Tests;

/// <summary>One of our services in the test's process: the library, a SQLite file and the broker under test.</summary>
internal sealed class InteropService : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TemporaryFolder _folder = new("interop");

    private InteropService(string name, ForeignBroker broker, Action<MessagingBuilder> list)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMessaging(name, messages =>
        {
            list(messages);
            messages.UseSqlite(options => options.File = _folder.File(name + ".db"));
            broker.Use(messages);
        });
        _host = builder.Build();
    }

    public static async Task<InteropService> StartPublisherAsync(ForeignBroker broker)
    {
        var service = new InteropService(
            ParcelSent.Stream, broker,
            messages => messages.SubscribedBy(["tracking"]).Publishes<ParcelSent>(sent => sent.Parcel));
        await service.StartAsync();
        return service;
    }

    public static async Task<InteropService> StartHandlerAsync(ForeignBroker broker)
    {
        var service = new InteropService("tracking", broker, messages => messages.Handle<NoteParcelSent>());
        await service.StartAsync();
        return service;
    }

    public async Task PublishAsync(params ParcelSent[] events)
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        foreach (var sent in events) work.Publish(sent);
        await work.CommitAsync(default);
    }

    public async Task<List<Seen>> SeenAsync(string prefix)
    {
        try
        {
            return await _host.Services.GetRequiredService<IDatabase>().QueryAsync(
                "select parcel, grams, key, source from seen where parcel like $1 order by rowid", [prefix + "%"],
                row => new Seen(row.GetString(0), row.GetInt32(1), row.GetString(2), row.GetString(3)), default);
        }
        catch (Exception notYet) when (notYet.Message.Contains("no such table", StringComparison.Ordinal))
        {
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        await _host.StartAsync();
        var health = _host.Services.GetRequiredService<MessagingHealth>();
        await Eventually.HoldsAsync("messaging has started", () => health.HasStarted, Eventually.ProcessBound);
    }
}
