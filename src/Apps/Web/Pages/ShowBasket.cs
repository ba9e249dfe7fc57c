using System.Net;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ShowBasket
{
    public static async Task<IResult> Handle(
        Visit visit, KeptCatalog catalog, StoreClient store, CancellationToken stop, string? fault = null)
    {
        var basket = await visit.OpenAsync(stop);
        if (basket.Status == HttpStatusCode.Forbidden)
        {
            return Page.Show<BasketPage>(
                StatusCodes.Status403Forbidden, (nameof(BasketPage.IsOperator), true));
        }
        if (basket.Value is null)
        {
            visit.Context.Response.Headers.RetryAfter = "5";
            return Page.Show<BasketPage>(StatusCodes.Status503ServiceUnavailable);
        }
        var contents = await BasketContents.ReadAsync(basket.Value, visit, catalog, store, stop);
        return Page.Show<BasketPage>(parameters: [
            (nameof(BasketPage.Basket), contents), (nameof(BasketPage.Fault), fault)]);
    }
}
