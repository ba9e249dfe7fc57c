using Tessera.Design;
using Tessera.Messaging;
using Tessera.Ops.Calling;
using Tessera.Ops.Pages.Messaging;
using Tessera.Ops.Pages.Orders;
using Tessera.Ops.Pages.Overview;
using Tessera.Ops.Pages.Parked;
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
            Gateway = builder.Configuration[$"{OpsOptions.Section}:{nameof(OpsOptions.Gateway)}"],
        });
        services.AddAuthorizationBuilder().AddPolicy(Operators, policy => policy
            .RequireAuthenticatedUser().RequireClaim(PagesApp.RoleClaim, "operator"));
        services.AddStoreClient();
        services.AddHttpContextAccessor();
        services.AddRazorComponents();
        services.AddSingleton<IFaultPages, Faults>();
        services.AddSingleton<Watchers>();
        services.AddScoped<Operator>();
        services.AddScoped<ReadSystem>();
    }

    public static void MapPages(this IEndpointRouteBuilder console)
    {
        console.MapGet("/sign-in-failed", Faults.SignInFailed).AllowAnonymous();
        var pages = console.MapGroup("").RequireAuthorization(Operators);
        pages.MapGet("/", ShowOverview.Handle);
        pages.MapGet("/changes", TellChanges.Handle);

        pages.MapGet("/orders", FindOrders.Handle);
        pages.MapGet("/orders/{id:guid}", ShowStory.Handle);
        pages.MapPost("/orders/{id:guid}/cancel", ActOnOrder.Cancel);
        pages.MapPost("/orders/{id:guid}/note", ActOnOrder.Note);
        pages.MapPost("/orders/{id:guid}/ship", ActOnOrder.Ship);

        pages.MapGet("/messaging", ShowMessaging.Handle);

        pages.MapGet("/parked", ShowParked.Causes);
        pages.MapGet("/parked/acts", ShowParked.Acts);
        pages.MapGet("/parked/{service}", ShowParked.List);
        pages.MapGet("/parked/{service}/messages/{id:guid}", ShowParked.One);
        pages.MapGet("/parked/{service}/{act}", ActOnParked.Ask);
        pages.MapPost("/parked/{service}/{act}", ActOnParked.Do);
    }
}
