using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Notifications.Tests;

/// <summary>Orders, as far as others hear of it: the messaging library, publishing its events.</summary>
internal sealed class OrdersPublisher : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TemporaryFolder _folder = new("orders");

    private OrdersPublisher(Action<MessagingBuilder> useBroker)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMessaging("orders", messages =>
        {
            messages.SubscribedBy([])
                .Publishes<OrderPlaced>(placed => placed.Order)
                .Publishes<OrderConfirmed>(confirmed => confirmed.Order)
                .Publishes<OrderShipped>(shipped => shipped.Order)
                .UseSqlite(options => options.File = _folder.File("orders.db"));
            useBroker(messages);
        });
        _host = builder.Build();
    }

    public static async Task<OrdersPublisher> StartAsync(Action<MessagingBuilder> useBroker)
    {
        var publisher = new OrdersPublisher(useBroker);
        await publisher._host.StartAsync();
        var health = publisher._host.Services.GetRequiredService<MessagingHealth>();
        await Eventually.HoldsAsync("messaging has started", () => health.HasStarted, TimeSpan.FromSeconds(60));
        return publisher;
    }

    /// <summary>In one transaction each: what became of the orders, all of a step before the next.</summary>
    public async Task PublishAsync(IReadOnlyList<Guid> orders, Guid buyer)
    {
        var now = TimeProvider.System.GetUtcNow();
        await PublishAsync(orders, order => new OrderPlaced(order, buyer, [new("MUG-1", 2, 1000)], 2000, "EUR", now));
        await PublishAsync(orders, order => new OrderConfirmed(order, buyer));
        await PublishAsync(orders, order => new OrderShipped(order, buyer));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        _folder.Dispose();
    }

    private async Task PublishAsync<TEvent>(IEnumerable<Guid> orders, Func<Guid, TEvent> tell)
        where TEvent : class
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        foreach (var order in orders) work.Publish(tell(order));
        await work.CommitAsync(default);
    }
}
