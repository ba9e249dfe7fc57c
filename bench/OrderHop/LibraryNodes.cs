using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tessera.Messaging;
using Tessera.MessagingDefaults;

namespace Tessera.OrderHop;

/// <summary>The workload on the library: ordinary one-message handlers, one transaction per placed order.</summary>
internal static class LibraryNodes
{
    public static WebApplication Orders(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddMessagingDefaults("orders", messages => messages
            .SubscribedBy(["inventory"])
            .Publishes<OrderPlaced>(placed => placed.Order)
            .Handle<ConfirmOnStockReserved>());
        return builder.Build();
    }

    public static WebApplication Inventory(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddMessagingDefaults("inventory", messages => messages
            .SubscribedBy(["orders"])
            .Publishes<StockReserved>(reserved => reserved.Order)
            .Publishes<StockRefused>(refused => refused.Order)
            .Handle<ReserveOnOrderPlaced>());
        return builder.Build();
    }

    /// <summary>A transaction for each order.</summary>
    public static Load.Place Placing(IServiceProvider services) => async (order, sku, quantity, created) =>
    {
        await using var scope = services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        await work.BeginAsync(CancellationToken.None);
        Place(work, order, sku, quantity, created);
        await work.CommitAsync(CancellationToken.None);
    };

    /// <summary>Orders that are placed at the same time share a transaction.</summary>
    public static Load.Place PlacingInGroups(IServiceProvider services)
    {
        var group = services.GetRequiredService<GroupCommit>();
        return (order, sku, quantity, created) => group.RunAsync("place", (scope, _) =>
        {
            Place(scope.GetRequiredService<UnitOfWork>(), order, sku, quantity, created);
            return Task.FromResult(true);
        }, CancellationToken.None);
    }

    private static void Place(UnitOfWork work, Guid order, int sku, int quantity, DateTimeOffset created)
    {
        work.EnqueueInsert(
            "insert into orders (id, sku, quantity, status, created) values ($1, $2, $3, 'placed', $4)",
            order, sku, quantity, created);
        work.Publish(new OrderPlaced(order, sku, quantity));
    }
}

internal sealed class ConfirmOnStockReserved : IHandle<StockReserved>
{
    public Task HandleAsync(StockReserved message, MessageContext context, CancellationToken stop)
    {
        context.Work.EnqueueOne(
            "update orders set status = 'confirmed', confirmed = clock_timestamp() where id = $1 and status = 'placed'",
            message.Order);
        return Task.CompletedTask;
    }
}

/// <summary>All or nothing, never below zero: the stock rows of the batch are locked and read once, in the
/// order of their keys.</summary>
internal sealed class ReserveOnOrderPlaced(UnitOfWork work) : IHandle<OrderPlaced>, IPrefetch<OrderPlaced>
{
    private readonly Dictionary<int, long> _available = [];

    public async Task PrefetchAsync(IReadOnlyList<OrderPlaced> messages, CancellationToken stop)
    {
        var skus = messages.Select(placed => placed.Sku).Distinct().ToArray();
        var rows = await work.QueryAsync(
            "select sku, available from stock where sku = any($1) order by sku for update", [skus],
            row => (Sku: row.GetInt32(0), Available: row.GetInt64(1)), stop);
        foreach (var (sku, available) in rows) _available[sku] = available;
    }

    public Task HandleAsync(OrderPlaced message, MessageContext context, CancellationToken stop)
    {
        var available = _available.GetValueOrDefault(message.Sku);
        if (available < message.Quantity)
        {
            context.Publish(new StockRefused(message.Order, message.Sku, available));
            return Task.CompletedTask;
        }
        _available[message.Sku] = available - message.Quantity;
        work.EnqueueOne("update stock set available = available - $2 where sku = $1", message.Sku, message.Quantity);
        work.EnqueueInsert("insert into reservations (order_id, sku, quantity) values ($1, $2, $3)",
            message.Order, message.Sku, message.Quantity);
        context.Publish(new StockReserved(message.Order));
        return Task.CompletedTask;
    }
}
