using Microsoft.Extensions.DependencyInjection;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Testing.Services;

namespace Tessera.Inventory.Tests;

/// <summary>Inventory step by step.</summary>
internal sealed class InventoryInMemory : IAsyncDisposable
{
    private static readonly Guid buyer = Guid.NewGuid();

    private InventoryInMemory(ServiceInMemory service) => Service = service;

    public ServiceInMemory Service { get; }

    public static Task<InventoryInMemory> StartAsync(params (string Sku, int Quantity)[] stock) =>
        StartAsync(TestDatabase.IsPostgres, stock);

    public static async Task<InventoryInMemory> StartAsync(bool onPostgres, params (string Sku, int Quantity)[] stock)
    {
        var inventory = new InventoryInMemory(await ServiceInMemory.StartAsync(
            onPostgres, "inventory", typeof(Reservation).Assembly, messages => messages.ListMessages(),
            (services, _) => services.AddInventory()));
        foreach (var (sku, quantity) in stock) await inventory.ReceiveAsync(Guid.NewGuid().ToString(), (sku, quantity));
        return inventory;
    }

    public Task<IReadOnlyList<StockView>?> ReceiveAsync(string key, params (string Sku, int Quantity)[] lines) =>
        Service.InRequestAsync(scope =>
        {
            var receipt = new Receipt(buyer, key, string.Join(' ', lines));
            return scope.GetRequiredService<ReceiptWriter>().ReceiveAsync(
                receipt, [.. lines.Select(line => new ReceiptLine(line.Sku, line.Quantity))],
                received => received, default);
        });

    public Task AddProductAsync(params string[] skus) => Service.HandleAsync<RegisterStockOnProductAdded, ProductAdded>(
        [.. skus.Select(sku => new ProductAdded(sku, "A lantern", 100, 1))]);

    public Task PlaceAsync(Guid order, params (string Sku, int Quantity)[] lines) => PlaceAsync((order, lines));

    /// <summary>The orders as one batch.</summary>
    public Task PlaceAsync(params (Guid Order, (string Sku, int Quantity)[] Lines)[] orders) =>
        Service.HandleAsync<ReserveStockOnOrderPlaced, OrderPlaced>(
        [
            .. orders.Select(order => new OrderPlaced(
                order.Order, buyer, [.. order.Lines.Select(line => new OrderedLine(line.Sku, line.Quantity, 100))],
                100, "GBP", Service.Clock.GetUtcNow())),
        ]);

    public Task ConfirmAsync(params Guid[] orders) => Service.HandleAsync<CommitStockOnOrderConfirmed, OrderConfirmed>(
        [.. orders.Select(order => new OrderConfirmed(order, buyer))]);

    public Task CancelAsync(params Guid[] orders) => Service.HandleAsync<ReleaseStockOnOrderCancelled, OrderCancelled>(
        [.. orders.Select(order => new OrderCancelled(order, buyer, CancelReasons.Buyer))]);

    public Task ExpireAsync(Guid order) =>
        Service.HandleAsync<ReleaseStockOnReservationOverdue, ReservationOverdue>(new ReservationOverdue(order));

    /// <summary>On hand, held, committed, received.</summary>
    public async Task<(long, long, long, long)> StockAsync(string sku) => (await Service.QueryAsync(
        $"select on_hand, held, committed, received from stock where sku = '{sku}'",
        row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3))))[0];

    public Task<string[]> PublishedAsync(Guid order) => Service.PublishedAsync(order);

    public ValueTask DisposeAsync() => Service.DisposeAsync();
}
