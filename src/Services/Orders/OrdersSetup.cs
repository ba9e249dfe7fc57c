using Tessera.Inventory.Contracts;
using Tessera.Messaging;
using Tessera.Orders.Contracts;
using Tessera.ServiceDefaults;
using Tessera.Users.Contracts;

namespace Tessera.Orders;

internal static class OrdersSetup
{
    public static void AddOrders(this WebApplicationBuilder builder)
    {
        builder.AddServiceClient<CatalogClient>("catalog");
        builder.Services.AddOrderRules();
        builder.Services.AddHostedService<BeginMetrics>();
        builder.Services.AddHostedService<TellChanges>();
        builder.Services.AddHostedService<HearChanges>();
        builder.Services.AddHostedService<TendFollowers>();
    }

    internal static void AddOrderRules(this IServiceCollection services)
    {
        services.AddOptions<OrderOptions>().BindConfiguration(OrderOptions.Section)
            .ValidateKeys(OrderOptions.Section).ValidateOnStart();
        services.AddOptions<DeliverySettings>().BindConfiguration(DeliverySettings.Section)
            .ValidateKeys(DeliverySettings.Section).ValidateOnStart();
        services.AddOptions<TaxSettings>().BindConfiguration(TaxSettings.Section)
            .ValidateKeys(TaxSettings.Section).ValidateOnStart();
        services.AddSingleton<AgreeTerms>();
        services.AddSingleton<CatalogQuestions>();
        services.AddScoped<OrderStore>();
        services.AddScoped<OrderProgress>();
        services.AddScoped<EraseBuyer>();
        services.AddScoped<PriceList>();
        services.AddScoped<PriceBasket>();
        services.AddScoped<PlacementWriter>();
        services.AddSingleton<PlacedOrders>();
        services.AddSingleton<ReadPace>();
        services.AddSingleton<Followers>();
        services.AddSingleton<OrderChanges>();
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
            .Ignores<UserRegistered>()
            .Ignores<UserChanged>()
            .Ignores<StockLow>();
        messages
            .Timer<CancelOrderOnStockOverdue>()
            .Timer<CancelOrderOnPaymentOverdue>()
            .Timer<CancelOrdersOnBuyerErased>();
    }
}
