using System.Net;
using Tessera.Baskets.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowBasket
{
    /// <summary>Where the basket's page says why something was not put in.</summary>
    public static string AddressOf(Answer<BasketView> refused) => refused.Status switch
    {
        HttpStatusCode.Forbidden => "/basket",
        HttpStatusCode.UnprocessableEntity => "/basket?fault=full",
        _ => refused.IsAway ? "/basket?fault=away" : "/basket?fault=bad",
    };

    public static async Task<IResult> Handle(
        Visit visit, KeptCatalog catalog, Shelves shelves, TypedForms forms, CancellationToken stop,
        string? fault = null)
    {
        var typed = await forms.TakeAsync(visit.Context, ChangeBasket.ChangePath) is { } kept
            ? TypedQuantity.Of(kept, "form.kept")
            : null;
        return await ShowAsync(visit, catalog, shelves, stop, fault, typed);
    }

    /// <param name="typed">What was sent and not taken.</param>
    public static async Task<IResult> ShowAsync(
        Visit visit, KeptCatalog catalog, Shelves shelves, CancellationToken stop, string? fault = null,
        TypedQuantity? typed = null, int status = StatusCodes.Status200OK)
    {
        var basket = await visit.BasketAsync(stop);
        if (basket.Status == HttpStatusCode.Forbidden)
        {
            return Page.Show<BasketPage>(
                StatusCodes.Status403Forbidden, (nameof(BasketPage.IsOperator), true));
        }
        if (basket.Status == HttpStatusCode.Unauthorized)
            return SeeOther.To($"/sign-in?back={Uri.EscapeDataString("/basket")}"); // The sign-in ended elsewhere.
        if (basket.Value is null)
        {
            visit.Context.Response.Headers.RetryAfter = "5";
            return Page.Show<BasketPage>(
                StatusCodes.Status503ServiceUnavailable, (nameof(BasketPage.Typed), typed));
        }
        var contents = await BasketContents.ReadAsync(basket.Value, visit, catalog, shelves, stop);
        return Page.Show<BasketPage>(
            status, (nameof(BasketPage.Basket), contents), (nameof(BasketPage.Fault), fault),
            (nameof(BasketPage.Typed), typed));
    }
}
