using System.Net;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Pages;

internal static class ShowOrders
{
    public static async Task<IResult> All(
        Visit visit, StoreClient store, CancellationToken stop, string? before = null, bool used = false)
    {
        var opening = visit.OpenAsync(stop);
        var path = "/orders?size=20" + (before is null ? "" : $"&before={Uri.EscapeDataString(before)}");
        var orders = await store.SendAsync<OrderPage>(HttpMethod.Get, path, await visit.TokenAsync(), stop);
        await opening;
        return Refusal(visit, orders) ?? Page.Show<OrdersPage>(
            orders.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(OrdersPage.Orders), orders.Value), (nameof(OrdersPage.Used), used));
    }

    public static async Task<IResult> One(
        Guid id, Visit visit, StoreClient store, CancellationToken stop, string? fault = null)
    {
        var opening = visit.OpenAsync(stop);
        var order = await store.SendAsync<OrderView>(HttpMethod.Get, $"/orders/{id}", await visit.TokenAsync(), stop);
        await opening;
        return Refusal(visit, order) ?? Page.Show<OrderDetails>(
            order.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(OrderDetails.Order), order.Value), (nameof(OrderDetails.Fault), fault));
    }

    private static IResult? Refusal<T>(Visit visit, Answer<T> answer)
        where T : class =>
        answer.IsGood || answer.IsAway ? null
        : answer.Status == HttpStatusCode.Unauthorized
            ? Results.Redirect($"/sign-in?back={Uri.EscapeDataString(visit.Here)}")
            : Faults.NotFound();
}
