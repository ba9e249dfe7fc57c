using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Orders.Contracts;

namespace Tessera.Inventory;

internal static class InventorySetup
{
    public static void AddInventory(this IServiceCollection services)
    {
        services.AddOptions<InventoryOptions>().BindConfiguration(InventoryOptions.Section)
            .ValidateKeys(InventoryOptions.Section).ValidateOnStart();
        services.AddScoped<StockStore>();
        services.AddScoped<KeepReservation>();
        services.AddScoped<ReceiptWriter>();
        services.AddSingleton<StockReader>();
        services.AddHostedService<StockGauges>();
    }

    public static void ListMessages(this MessagingBuilder messages)
    {
        messages
            .Publishes<StockReserved>(reserved => reserved.Order)
            .Publishes<StockRefused>(refused => refused.Order)
            .Publishes<StockReleased>(released => released.Order)
            .Publishes<StockCommitted>(committed => committed.Order)
            .Publishes<StockLow>(low => low.Sku);
        messages
            .Handle<RegisterStockOnProductAdded>()
            .Handle<ReserveStockOnOrderPlaced>()
            .Handle<CommitStockOnOrderConfirmed>()
            .Handle<ReleaseStockOnOrderCancelled>();
        messages
            .Ignores<PriceChanged>()
            .Ignores<ProductWithdrawn>()
            .Ignores<PaymentRequested>()
            .Ignores<OrderShipped>();
        messages.Timer<ReleaseStockOnReservationOverdue>();
    }
}
