using Tessera.Design;
using Tessera.Messaging;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Pages.Buying;
using Tessera.Web.Pages.Profile;
using Tessera.Web.Pictures;
using Tessera.Web.Session;

namespace Tessera.Web.Pages;

internal static class PagesSetup
{
    public static void AddPages(this WebApplicationBuilder builder)
    {
        DesignFiles.Add(typeof(PagesSetup).Assembly);
        var services = builder.Services;
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section)
            .ValidateKeys(WebOptions.Section).ValidateOnStart();
        services.AddRazorComponents();
        services.AddHttpContextAccessor();
        builder.AddSession(new PagesApp("Web", "web")
        {
            Gateway = builder.Configuration[$"{WebOptions.Section}:{nameof(WebOptions.Gateway)}"],
            GuestPage = "/checkout",
            ShowsTyped = true,
            OnSignOut = GuestBasket.Forget,
        });
        services.AddStoreClient();
        services.AddSingleton<IFaultPages, Faults>();
        services.AddSingleton<KeptCatalog>();
        services.AddSingleton<CategoryParts>();
        services.AddSingleton<KeptDelivery>();
        services.AddSingleton<Shelves>();
        services.AddSingleton<BasketKeeper>();
        services.AddSingleton<SignInAgain>();
        services.AddScoped<CheckoutDesk>();
        services.AddScoped<ProductDesk>();
        services.AddScoped<Visit>();
    }

    /// <summary>Who had to sign in before a form was taken, or asks again after a fault, comes back by the form's
    /// address: the page of the form is there.</summary>
    private static void MapBackFromForms(this WebApplication app)
    {
        (string Form, string Page)[] forms =
        [
            ("/basket/add", "/basket"), ("/basket/change", "/basket"), ("/profile/name", "/profile"),
            ("/profile/addresses", "/profile/addresses/new"), ("/profile/addresses/{id:guid}/remove", "/profile"),
            ("/profile/addresses/{id:guid}/usual", "/profile"), ("/orders/{id:guid}/cancel", "/orders/{id}"),
            ("/orders/{id:guid}/again", "/orders/{id}"),
        ];
        foreach (var (form, page) in forms)
        {
            // Read as what it is: the constraint lets white space around it pass.
            app.MapGet(form, (HttpContext context) => SeeOther.To(
                Guid.TryParse(context.GetRouteValue("id") as string, out var id)
                    ? page.Replace("{id}", id.ToString(), StringComparison.Ordinal)
                    : page))
                .AllowAnonymous();
        }
    }

    public static void MapPages(this WebApplication app)
    {
        app.MapGet("/", ShowHome.Handle).AllowAnonymous();
        app.MapGet("/search", ShowSearch.Handle).AllowAnonymous();
        app.MapGet("/search/suggestions", ShowSearch.Suggest).AllowAnonymous();
        app.MapGet("/products/{sku}", ShowProduct.Handle).AllowAnonymous();
        app.MapGet("/pictures/{sku}", ProductPicture.Handle).AllowAnonymous();
        app.MapGet("/basket", ShowBasket.Handle).AllowAnonymous();
        app.MapPost("/basket/add", ChangeBasket.Add).AllowAnonymous();
        app.MapPost("/basket/change", ChangeBasket.Change).AllowAnonymous();
        app.MapGet("/erased", EraseAccount.ShowDone).AllowAnonymous();
        app.MapGet("/help", () => Page.Show<HelpPage>()).AllowAnonymous();
        app.MapGet("/sign-in-failed", Faults.SignInFailed).AllowAnonymous();
        app.MapPost("/language", SetLanguage.Handle).AllowAnonymous();
        app.MapGet("/robots.txt", SearchEngines.Robots).AllowAnonymous();
        app.MapGet("/sitemap.xml", SearchEngines.SitemapAsync).AllowAnonymous();
        app.MapGet("/sitemap-pages.xml", SearchEngines.PagesAsync).AllowAnonymous();
        app.MapGet("/sitemap-products.xml", SearchEngines.ProductsAsync).AllowAnonymous();

        var own = app.MapGroup("/").RequireAuthorization(SessionSetup.SignedIn);
        own.MapGet("/checkout", Checkout.Show);
        own.MapPost("/checkout", Checkout.Place);
        own.MapGet("/orders", ShowOrders.All);
        own.MapGet("/orders/{id:guid}", ShowOrders.One);
        own.MapPost("/orders/{id:guid}/cancel", ChangeOrder.Cancel);
        own.MapPost("/orders/{id:guid}/again", ChangeOrder.OrderAgain);
        own.MapGet("/orders/{id:guid}/events", FollowOrder.Handle);
        own.MapGet("/profile", ShowProfile.Handle);
        own.MapPost("/profile/name", ChangeName.Handle);
        own.MapGet("/profile/addresses/new", EditAddresses.New);
        own.MapPost("/profile/addresses", EditAddresses.Add);
        own.MapGet("/profile/addresses/{id:guid}", EditAddresses.One);
        own.MapPost("/profile/addresses/{id:guid}", EditAddresses.Save);
        own.MapPost("/profile/addresses/{id:guid}/remove", EditAddresses.Remove);
        own.MapPost("/profile/addresses/{id:guid}/usual", EditAddresses.MakeUsual);
        own.MapGet("/profile/erase", EraseAccount.Show);
        own.MapPost("/profile/erase", EraseAccount.Handle);

        app.MapBackFromForms();
        app.MapFallback(Faults.NotFound).AllowAnonymous();
    }
}
