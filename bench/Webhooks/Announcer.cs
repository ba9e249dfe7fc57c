using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Orders.Contracts;

namespace Tessera.Webhooks.Bench;

/// <summary>Announces orders as Orders does: through its outbox and the embedded broker.</summary>
internal sealed class Announcer : IAsyncDisposable
{
    private readonly IHost _host;

    private Announcer(IHost host) => _host = host;

    public static async Task<Announcer> StartAsync(string folder, string broker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddMessaging("orders", messages => messages
            .Publishes<OrderPlaced>(placed => placed.Order)
            .UseSqlite(options => options.File = Path.Combine(folder, "orders.db"))
            .UseEmbeddedTransport(options => options.File = broker));
        var host = builder.Build();
        await host.StartAsync();
        return new Announcer(host);
    }

    public async Task PlaceAsync()
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        work.Publish(new OrderPlaced(
            Guid.CreateVersion7(), Guid.NewGuid(), [new OrderedLine("TEA-100", 2, 250)], 500, "GBP",
            TimeProvider.System.GetUtcNow()));
        await work.CommitAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
    }
}
