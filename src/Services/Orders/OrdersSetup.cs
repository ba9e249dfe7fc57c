using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;

namespace Tessera.Orders;

internal static class OrdersSetup
{
    public static void AddOrders(this WebApplicationBuilder builder)
    {
        builder.AddServiceClient<CatalogClient>("catalog");
        builder.Services.AddOptions<OrderOptions>().BindConfiguration(OrderOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<OrderStore>();
        builder.Services.AddScoped<OrderProgress>();
        builder.Services.AddScoped<PriceList>();
        builder.Services.AddScoped<PriceBasket>();
        builder.Services.AddScoped<PlacementWriter>();
        builder.Services.AddSingleton<PlacedOrders>();
    }

    public static void ListMessages(this MessagingBuilder messages)
    {
        messages
            .Publishes<OrderPlaced>(placed => placed.Order)
            .Publishes<PaymentRequested>(requested => requested.Order)
            .Publishes<OrderConfirmed>(confirmed => confirmed.Order)
            .Publishes<OrderCancelled>(cancelled => cancelled.Order)
            .Publishes<OrderShipped>(shipped => shipped.Order);
        messages
            .Handle<KeepPricesOnCatalogEvents>()
            .Handle<RequestPaymentOnStockReserved>()
            .Handle<CancelOrderOnStockRefused>()
            .Handle<CancelOrderOnStockReleased>()
            .Handle<MarkOrderOnStockCommitted>()
            .Handle<ConfirmOrderOnPaymentCaptured>()
            .Handle<CancelOrderOnPaymentDeclined>()
            .Handle<NoteOnPaymentRefunded>()
            .Handle<CancelOrdersOnUserErased>();
        messages
            .Timer<CancelOrderOnStockOverdue>()
            .Timer<CancelOrderOnPaymentOverdue>();
    }
}
