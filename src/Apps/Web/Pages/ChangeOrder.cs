using System.Net;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Session;

namespace Tessera.Web.Pages;

internal static class ChangeOrder
{
    public static async Task<IResult> Cancel(
        Guid id, Visit visit, StoreClient store, SignInAgain again, CancellationToken stop)
    {
        var cancelled = await store.SendAsync<OrderView>(
            HttpMethod.Post, $"/orders/{id}/cancel", await visit.TokenAsync(), stop);
        if (cancelled.Status == HttpStatusCode.Unauthorized)
            return await again.BackToAsync($"/orders/{id}", visit.Context);
        return SeeOther.To(
            cancelled.IsGood ? $"/orders/{id}"
            : cancelled.Status == HttpStatusCode.Conflict ? $"/orders/{id}?fault=late"
            : $"/orders/{id}?fault=away");
    }

    public static async Task<IResult> OrderAgain(
        Guid id, Visit visit, StoreClient store, BasketKeeper baskets, SignInAgain again, CancellationToken stop)
    {
        var token = await visit.TokenAsync();
        var order = await store.SendAsync<OrderView>(HttpMethod.Get, $"/orders/{id}", token, stop);
        if (order.Status == HttpStatusCode.Unauthorized) return await SignInAsync();
        if (order.Value is null) return SeeOther.To($"/orders/{id}?fault=away");
        var basket = await visit.BasketAsync(stop);
        if (basket.Status == HttpStatusCode.Unauthorized) return await SignInAsync();
        if (basket.Value is null) return SeeOther.To(ShowBasket.AddressOf(basket));
        foreach (var line in order.Value.Lines)
        {
            // Who has more of it in the basket already wants more.
            var has = basket.Value.Lines.FirstOrDefault(each => each.Sku == line.Sku)?.Quantity ?? 0;
            var wanted = Math.Clamp(line.Quantity, has, Math.Max(has, 999));
            var put = await baskets.PutAsync(token, line.Sku, wanted, line.UnitPriceMinor, stop);
            if (put.Status == HttpStatusCode.Unauthorized) return await SignInAsync();
            if (!put.IsGood) return SeeOther.To(ShowBasket.AddressOf(put));
        }
        return SeeOther.To("/basket");

        Task<IResult> SignInAsync() => again.BackToAsync($"/orders/{id}", visit.Context);
    }
}
