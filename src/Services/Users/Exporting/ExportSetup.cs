using Tessera.ServiceDefaults;

namespace Tessera.Users.Exporting;

internal static class ExportSetup
{
    public static void AddExport(this WebApplicationBuilder builder)
    {
        builder.AddServiceClient<OrdersExport>("orders");
        builder.AddServiceClient<PaymentsExport>("payments");
        builder.AddServiceClient<InventoryExport>("inventory");
        builder.AddServiceClient<BasketsExport>("baskets");
        builder.Services.AddTransient<ExportSource>(services => services.GetRequiredService<OrdersExport>());
        builder.Services.AddTransient<ExportSource>(services => services.GetRequiredService<PaymentsExport>());
        builder.Services.AddTransient<ExportSource>(services => services.GetRequiredService<InventoryExport>());
        builder.Services.AddTransient<ExportSource>(services => services.GetRequiredService<BasketsExport>());
        // A store that says nothing of it has none.
        if (ServiceAddresses.IsGiven(builder.Configuration, NotificationsExport.Name))
        {
            builder.AddServiceClient<NotificationsExport>("notifications");
            builder.Services.AddTransient<ExportSource>(
                services => services.GetRequiredService<NotificationsExport>());
        }
        builder.Services.AddSingleton<ExportTurns>();
        builder.Services.AddScoped<CollectExport>();
    }
}
