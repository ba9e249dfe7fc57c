using Tessera.Design;
using Tessera.Messaging;
using Tessera.Ops.Acting;
using Tessera.Ops.Calling;
using Tessera.Ops.Chaos;
using Tessera.Ops.Pages.Chaos;
using Tessera.Ops.Pages.Customers;
using Tessera.Ops.Pages.Messaging;
using Tessera.Ops.Pages.Orders;
using Tessera.Ops.Pages.Overview;
using Tessera.Ops.Pages.Parked;
using Tessera.Ops.Pages.Products;
using Tessera.Ops.Pages.Record;
using Tessera.Ops.Pages.Webhooks;
using Tessera.Ops.Recording;
using Tessera.Ops.Seeing;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages;

internal static class PagesSetup
{
    private const string Operators = "operators";

    public static void AddPages(this WebApplicationBuilder builder)
    {
        DesignFiles.Add(typeof(PagesSetup).Assembly);
        DesignFiles.Root = OpsOptions.Root;
        var services = builder.Services;
        services.AddOptions<OpsOptions>().BindConfiguration(OpsOptions.Section)
            .ValidateKeys(OpsOptions.Section).ValidateOnStart();
        builder.AddSession(new PagesApp("Ops", "console")
        {
            Root = OpsOptions.Root,
            OnDenied = RecordDenied.Handle,
            OnSignOut = context => context.RequestServices.GetRequiredService<ActingFiles>().End(context),
            Gateway = builder.Configuration[$"{OpsOptions.Section}:{nameof(OpsOptions.Gateway)}"],
        });
        services.AddAuthorizationBuilder().AddPolicy(Operators, policy => policy
            .RequireAuthenticatedUser().RequireClaim(PagesApp.RoleClaim, "operator"));
        services.AddStoreClient();
        services.AddHttpContextAccessor();
        services.AddRazorComponents();
        services.AddSingleton<IFaultPages, Faults>();
        services.AddSingleton<Watchers>();
        services.AddSingleton<OpsRecord>();
        services.AddSingleton<LocalStore>();
        services.AddSingleton<ReadLogs>();
        services.AddSingleton<ActingFiles>();
        services.AddScoped<Operator>();
        services.AddScoped<ReadSystem>();
        services.AddScoped<ReadOverview>();
        services.AddSingleton<Rates>();
        services.AddSingleton<MetricsTargets>();
        services.AddHttpClient(CollectRates.ClientName).ConfigureHttpClient(http =>
        {
            http.Timeout = TimeSpan.FromSeconds(2);
            http.MaxResponseContentBufferSize = 8 * 1024 * 1024;
        }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(1),
        });
        services.AddHostedService<CollectRates>();
    }

    public static void MapPages(this IEndpointRouteBuilder console)
    {
        console.MapGet("/sign-in-failed", Faults.SignInFailed).AllowAnonymous();
        var pages = console.MapGroup("").RequireAuthorization(Operators);
        pages.MapGet("/", ShowOverview.Handle);
        pages.MapGet("/changes", TellChanges.Handle);

        pages.MapGet("/orders", FindOrders.Handle);
        pages.MapGet("/orders/{id:guid}", ShowStory.Handle);
        pages.MapGet("/orders/{id:guid}/log", ShowLog.Handle);
        pages.MapPost("/orders/{id:guid}/cancel", ActOnOrder.Cancel);
        pages.MapPost("/orders/{id:guid}/note", ActOnOrder.Note);
        pages.MapPost("/orders/{id:guid}/ship", ActOnOrder.Ship);

        pages.MapGet("/messaging", ShowMessaging.Handle);

        pages.MapGet("/products", FindProducts.List);
        pages.MapGet("/products/{sku}", FindProducts.One);

        pages.MapGet("/customers", ShowCustomer.Find);
        pages.MapGet("/customers/{id:guid}", ShowCustomer.One);
        pages.MapPost("/customers/{id:guid}/act", ActForCustomer.Begin);
        pages.MapGet("/acting", ActForCustomer.Show);
        pages.MapPost("/acting/end", ActForCustomer.End);
        pages.MapPost("/acting/orders", ActForCustomer.Place);
        pages.MapPost("/acting/orders/{id:guid}/cancel", ActForCustomer.Cancel);

        pages.MapGet("/webhooks", ShowWebhooks.List);
        pages.MapGet("/webhooks/{id:guid}", ShowWebhooks.One);
        pages.MapGet("/webhooks/{id:guid}/deliveries/{delivery:guid}", ShowWebhooks.Delivery);
        pages.MapPost("/webhooks/{id:guid}/deliveries/{delivery:guid}/redeliver", ActOnWebhook.RedeliverOne);
        pages.MapGet("/webhooks/{id:guid}/redeliver", ActOnWebhook.Ask);
        pages.MapPost("/webhooks/{id:guid}/redeliver", ActOnWebhook.RedeliverMany);
        pages.MapPost("/webhooks/{id:guid}/{act}", ActOnWebhook.Do);

        pages.MapGet("/record", ShowRecord.Handle);

        if (console.ServiceProvider.GetRequiredService<LocalStore>().IsOpen)
        {
            pages.MapGet("/chaos", ActOnProcesses.Show);
            pages.MapPost("/chaos/{name}/{act}", ActOnProcesses.Do);
        }

        pages.MapGet("/parked", ShowParked.Causes);
        pages.MapGet("/parked/acts", ShowParked.Acts);
        pages.MapGet("/parked/{service}", ShowParked.List);
        pages.MapGet("/parked/{service}/messages/{id:guid}", ShowParked.One);
        pages.MapGet("/parked/{service}/messages/{id:guid}/change", ChangeParked.Ask);
        pages.MapPost("/parked/{service}/messages/{id:guid}/change", ChangeParked.Do);
        pages.MapGet("/parked/{service}/changes/{id:guid}", ChangeParked.Done);
        pages.MapGet("/parked/{service}/{act}", ActOnParked.Ask);
        pages.MapPost("/parked/{service}/{act}", ActOnParked.Do);
    }
}
