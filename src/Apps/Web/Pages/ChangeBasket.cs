using System.Globalization;
using Tessera.PageDefaults;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ChangeBasket
{
    private const int QuantityMax = 999;

    public static async Task<IResult> Add(
        Visit visit, KeptCatalog catalog, BasketKeeper baskets, CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        if (!IsQuantity(form["quantity"], out var wanted)) return SeeOther.To("/basket?fault=bad");
        var product = await catalog.ProductAsync(form["sku"].ToString(), stop);
        if (product.Value is not { Withdrawn: false } found)
            return product.IsAway ? Faults.Away(visit.Context) : Faults.NotFound();
        var basket = await visit.OpenAsync(stop);
        if (basket.Value is null) return SeeOther.To("/basket?fault=away");
        var has = basket.Value.Lines.FirstOrDefault(line => line.Sku == found.Sku)?.Quantity ?? 0;
        var token = await visit.TokenAsync();
        var put = await baskets.PutAsync(
            token, found.Sku, Math.Min(has + wanted, QuantityMax), found.PriceMinor, stop);
        if (!put.IsGood) return SeeOther.To(put.IsAway ? "/basket?fault=away" : "/basket?fault=bad");
        return SeeOther.To($"/products/{Uri.EscapeDataString(found.Sku)}?added=true");
    }

    public static async Task<IResult> Change(
        Visit visit, BasketKeeper baskets, CancellationToken stop)
    {
        var form = await visit.Context.Request.ReadFormAsync(stop);
        var token = await visit.TokenAsync();
        var sku = form["sku"].ToString();
        if (form.ContainsKey("remove"))
        {
            var gone = await baskets.RemoveAsync(token, sku, stop);
            return SeeOther.To(gone.IsGood ? "/basket" : "/basket?fault=away");
        }
        if (!IsQuantity(form["quantity"], out var wanted)
            || !long.TryParse(form["seen"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen))
        {
            return SeeOther.To("/basket?fault=bad");
        }
        var put = await baskets.PutAsync(token, sku, wanted, seen, stop);
        return SeeOther.To(put.IsGood ? "/basket" : put.IsAway ? "/basket?fault=away" : "/basket?fault=bad");
    }

    private static bool IsQuantity(string? text, out int quantity) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out quantity)
        && quantity is >= 1 and <= QuantityMax;
}
