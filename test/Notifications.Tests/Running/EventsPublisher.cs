using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Messaging.Sqlite;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Tessera.Users.Contracts;

namespace Tessera.Notifications.Tests;

/// <summary>A service, as far as others hear of it: the messaging library, publishing its events.</summary>
internal sealed class EventsPublisher : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly TemporaryFolder _folder;

    private EventsPublisher(
        string service, Action<MessagingBuilder> publishes, Action<MessagingBuilder> useBroker)
    {
        _folder = new TemporaryFolder(service);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddMessaging(service, messages =>
        {
            messages.SubscribedBy([]).UseSqlite(options => options.File = _folder.File(service + ".db"));
            publishes(messages);
            useBroker(messages);
        });
        _host = builder.Build();
    }

    public static Task<EventsPublisher> OrdersAsync(Action<MessagingBuilder> useBroker) => StartAsync(
        "orders", messages => messages
            .Publishes<OrderPlaced>(placed => placed.Order)
            .Publishes<OrderConfirmed>(confirmed => confirmed.Order)
            .Publishes<OrderShipped>(shipped => shipped.Order), useBroker);

    public static Task<EventsPublisher> InventoryAsync(Action<MessagingBuilder> useBroker) => StartAsync(
        "inventory", messages => messages.Publishes<StockLow>(low => low.Sku), useBroker);

    public static Task<EventsPublisher> UsersAsync(Action<MessagingBuilder> useBroker) => StartAsync(
        "users", messages => messages.Publishes<UserErased>(erased => erased.User), useBroker);

    /// <summary>In one transaction each: what became of the orders, all of a step before the next.</summary>
    public async Task PublishOrdersAsync(IReadOnlyList<Guid> orders, Guid buyer)
    {
        var now = TimeProvider.System.GetUtcNow();
        await PublishAsync(orders.Select(
            order => new OrderPlaced(order, buyer, [new("MUG-1", 2, 1000)], 2000, "EUR", now)));
        await PublishAsync(orders.Select(order => new OrderConfirmed(order, buyer)));
        await PublishAsync(orders.Select(order => new OrderShipped(order, buyer)));
    }

    /// <summary>In one transaction.</summary>
    public async Task PublishAsync<TEvent>(IEnumerable<TEvent> events)
        where TEvent : class
    {
        await using var scope = _host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(default);
        foreach (var each in events) work.Publish(each);
        await work.CommitAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<EventsPublisher> StartAsync(
        string service, Action<MessagingBuilder> publishes, Action<MessagingBuilder> useBroker)
    {
        var publisher = new EventsPublisher(service, publishes, useBroker);
        await publisher._host.StartAsync();
        var health = publisher._host.Services.GetRequiredService<MessagingHealth>();
        await Eventually.HoldsAsync("messaging has started", () => health.HasStarted, Eventually.ProcessBound);
        return publisher;
    }
}
