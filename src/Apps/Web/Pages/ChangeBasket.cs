using System.Globalization;
using System.Net;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Session;

namespace Tessera.Web.Pages;

internal static class ChangeBasket
{
    private const int QuantityMax = 999;

    public const string AddPath = "/basket/add";
    public const string ChangePath = "/basket/change";

    public static async Task<IResult> Add(
        Visit visit, KeptCatalog catalog, BasketKeeper baskets, ProductDesk desk, SignInAgain again,
        CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        var sku = form["sku"].ToString();
        if (SignInAgain.IsNeeded(visit.Context)) return await again.BackToAsync(Address(sku), visit.Context);
        if (!IsQuantity(form["quantity"], out var wanted))
        {
            return await desk.ShowAsync(
                sku, stop, TypedQuantity.Of(form, "basket.bad"), status: StatusCodes.Status400BadRequest);
        }
        var product = await catalog.ProductAsync(sku, stop);
        if (product.Value is not { Withdrawn: false } found)
            return product.IsAway ? Faults.Away(visit.Context) : Faults.NotFound();
        var basket = await visit.BasketAsync(stop);
        if (basket.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync(Address(sku), visit.Context);
        if (basket.Value is null) return basket.IsAway ? await AwayAsync() : SeeOther.To(ShowBasket.AddressOf(basket));
        var has = basket.Value.Lines.FirstOrDefault(line => line.Sku == found.Sku)?.Quantity ?? 0;
        var token = await visit.TokenAsync();
        var put = await baskets.PutAsync(
            token, found.Sku, Math.Min(has + wanted, QuantityMax), found.PriceMinor, stop);
        if (put.IsGood) return SeeOther.To($"{Address(found.Sku)}?added=true");
        if (put.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync(Address(sku), visit.Context);
        return put.IsAway ? await AwayAsync() : SeeOther.To(ShowBasket.AddressOf(put));

        Task<IResult> AwayAsync() => desk.ShowAsync(
            sku, stop, TypedQuantity.Of(form, "basket.away"), status: StatusCodes.Status503ServiceUnavailable);
    }

    public static async Task<IResult> Change(
        Visit visit, KeptCatalog catalog, Shelves shelves, BasketKeeper baskets, SignInAgain again,
        CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        // Or the quantity would go into a basket of nobody's, which the visitor's own then takes the larger one from.
        if (SignInAgain.IsNeeded(visit.Context)) return await again.BackToAsync("/basket", visit.Context);
        var token = await visit.TokenAsync();
        var sku = form["sku"].ToString();
        if (form.ContainsKey("remove"))
        {
            var gone = await baskets.RemoveAsync(token, sku, stop);
            if (gone.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/basket", visit.Context);
            return SeeOther.To(gone.IsGood ? "/basket" : "/basket?fault=away");
        }
        if (!IsQuantity(form["quantity"], out var wanted)
            || !long.TryParse(form["seen"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
        {
            return await AgainAsync("basket.bad", StatusCodes.Status400BadRequest);
        }
        var put = await baskets.PutAsync(token, sku, wanted, seen, stop);
        if (put.IsGood) return SeeOther.To("/basket");
        if (put.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/basket", visit.Context);
        if (put.Status == HttpStatusCode.UnprocessableEntity) return SeeOther.To(ShowBasket.AddressOf(put));
        return put.IsAway
            ? await AgainAsync("basket.away", StatusCodes.Status503ServiceUnavailable)
            : await AgainAsync("basket.bad", StatusCodes.Status400BadRequest);

        Task<IResult> AgainAsync(string why, int status) =>
            ShowBasket.ShowAsync(visit, catalog, shelves, stop, null, TypedQuantity.Of(form, why), status);
    }

    private static string Address(string sku) => $"/products/{Uri.EscapeDataString(sku)}";

    private static bool IsQuantity(string? text, out int quantity) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out quantity)
        && quantity is >= 1 and <= QuantityMax;
}
