using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

internal static class ChangeBasket
{
    private const int QuantityMax = 999;

    public static async Task<IResult> Add(
        [FromForm] string? sku, [FromForm] string? quantity, Visit visit, KeptCatalog catalog, BasketKeeper baskets,
        CancellationToken stop)
    {
        if (!IsQuantity(quantity, out var wanted)) return SeeOther.To("/basket?fault=bad");
        var product = await catalog.ProductAsync(sku ?? "", stop);
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
        [FromForm] string? sku, [FromForm] string? quantity, [FromForm] string? remove, [FromForm] long seen,
        Visit visit, BasketKeeper baskets, CancellationToken stop)
    {
        var token = await visit.TokenAsync();
        sku ??= "";
        if (remove is not null)
        {
            var gone = await baskets.RemoveAsync(token, sku, stop);
            return SeeOther.To(gone.IsGood ? "/basket" : "/basket?fault=away");
        }
        if (!IsQuantity(quantity, out var wanted)) return SeeOther.To("/basket?fault=bad");
        var put = await baskets.PutAsync(token, sku, wanted, seen, stop);
        return SeeOther.To(put.IsGood ? "/basket" : put.IsAway ? "/basket?fault=away" : "/basket?fault=bad");
    }

    private static bool IsQuantity(string? text, out int quantity) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out quantity)
        && quantity is >= 1 and <= QuantityMax;
}
