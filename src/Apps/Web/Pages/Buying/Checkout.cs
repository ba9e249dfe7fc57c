using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;
using Tessera.Web.Calling;
using Tessera.Web.Session;

namespace Tessera.Web.Pages.Buying;

/// <summary>
/// The page says what is ordered and what it costs, and sends back just that. The Idempotency-Key is the basket's
/// edition, which changes once the basket has been ordered: a double click, a reload, a second window and a retry after
/// a failure all name the same order.
/// </summary>
public static class Checkout
{
    public static readonly string[] Methods = ["tok_ok", "tok_decline", "tok_slow"];

    internal static async Task<IResult> Show(
        Visit visit, KeptCatalog catalog, Shelves shelves, CheckoutDesk desk, TypedForms typed,
        CancellationToken stop)
    {
        var basket = await visit.BasketAsync(stop);
        if (basket.Status == HttpStatusCode.Unauthorized)
            return SeeOther.To($"/sign-in?back={Uri.EscapeDataString("/checkout")}"); // The sign-in ended elsewhere.
        if (basket.Value is null) return SeeOther.To("/basket?fault=away");
        var contents = await BasketContents.ReadAsync(basket.Value, visit, catalog, shelves, stop);
        if (contents.Edition is not { } edition || !contents.Orderable.Any()) return SeeOther.To("/basket");
        await desk.OpenAsync(stop);
        var form = CheckoutForm.Of(edition, contents);
        if (await typed.TakeAsync(visit.Context, "/checkout") is { } kept)
        {
            form = form.As(kept).Reckoned(desk.Options);
            return desk.Options is null ? Away(visit, desk, form) : desk.Show(form, visit.Words["form.kept"]);
        }
        return desk.Options is null ? Away(visit, desk, form) : desk.Show(desk.Begin(form));
    }

    internal static async Task<IResult> Place(
        Visit visit, KeptCatalog catalog, StoreClient store, BasketKeeper baskets, CheckoutDesk desk,
        SignInAgain again, CancellationToken stop)
    {
        var sent = await visit.Context.Request.ReadFormAsync(stop);
        if (await CheckoutForm.ReadAsync(sent, visit.Currency, catalog, stop) is not { } form)
            return SeeOther.To("/checkout");
        await desk.OpenAsync(stop);
        if (desk.Options is null || sent.ContainsKey("update"))
        {
            await visit.OpenAsync(stop);
            return desk.Options is null ? Away(visit, desk, form)
                : desk.Show(form.To is { Length: > 0 } ? form.Reckoned(desk.Options) : desk.Begin(form));
        }
        var faults = new Dictionary<string, string>(StringComparer.Ordinal);
        if (form.OptionOf(desk.Options) is null) faults["Delivery"] = visit.Words["checkout.choose.delivery"];
        var address = desk.AddressOf(form, faults);
        if (!Methods.Contains(form.Method)) faults["Method"] = visit.Words["checkout.choose"];
        if (faults.Count > 0)
        {
            await visit.OpenAsync(stop);
            return desk.Show(form.Reckoned(desk.Options), null, faults, StatusCodes.Status400BadRequest);
        }
        if (form.Shown?.Name != form.Delivery)
        {
            await visit.OpenAsync(stop);
            var now = form.Reckoned(desk.Options);
            return desk.Show(
                now, visit.Words.Format("checkout.reckoned", visit.Money(now.TotalMinor, now.Currency)), null,
                StatusCodes.Status409Conflict);
        }
        var token = await visit.TokenAsync() ?? "";
        var request = new PlaceOrderRequest(
            [.. form.Lines.Select(each => new PlaceOrderLine(each.Sku, each.Quantity))], form.Method,
            ExpectedTotalMinor: form.TotalMinor, Delivery: form.Delivery, Address: address);
        await desk.KeepLanguageAsync(stop);
        var placed = await store.SendAsync<OrderView>(
            HttpMethod.Post, "/orders", token, stop, request, form.Edition.ToString("N"));
        if (placed.Value is { } order)
        {
            // Not a word to the buyer when this fails: the basket then still has this edition, whose key is used up.
            await baskets.TakeOrderedAsync(token, form.Edition, order, stop);
            await desk.KeepAddressAsync(form, stop);
            return SeeOther.To($"/orders/{order.Id}");
        }
        if (placed.Status == HttpStatusCode.Unauthorized) return await again.BackToAsync("/checkout", visit.Context);
        await visit.OpenAsync(stop);
        if (placed["code"]?.GetString() == "idempotency-key-used")
        {
            await TakeEarlierAsync(store, baskets, token, form.Edition, placed["order"]?.GetGuid(), stop);
            return SeeOther.To("/orders?used=true");
        }
        return Refused(visit, form, placed, desk);
    }

    private static RazorComponentResult<CheckoutPage> Refused(
        Visit visit, CheckoutForm form, Answer<OrderView> placed, CheckoutDesk desk)
    {
        if (placed.IsAway) return Away(visit, desk, form);
        return placed.Status switch
        {
            HttpStatusCode.Conflict => Agree(visit, form, placed, desk),
            HttpStatusCode.Forbidden =>
                desk.Show(form, visit.Words["checkout.operator"], status: StatusCodes.Status403Forbidden),
            _ when placed["skus"] is { } skus => WithoutUnsold(visit, form, skus, desk),
            _ => desk.Show(
                form, visit.Words.Format("checkout.refused", placed["detail"]?.GetString()),
                status: StatusCodes.Status400BadRequest),
        };
    }

    private static RazorComponentResult<CheckoutPage> Away(Visit visit, CheckoutDesk desk, CheckoutForm form)
    {
        visit.Context.Response.Headers.RetryAfter = "5";
        return desk.Show(form, visit.Words["checkout.away"], status: StatusCodes.Status503ServiceUnavailable);
    }

    // What was ordered from another window, or not taken out of the basket since because Baskets was away.
    private static async Task TakeEarlierAsync(
        StoreClient store, BasketKeeper baskets, string token, Guid edition, Guid? order, CancellationToken stop)
    {
        if (order is not { } id)
        {
            // Orders of the version before do not say which order it was.
            await baskets.EmptyAsync(token, edition, stop);
            return;
        }
        var ordered = await store.SendAsync<OrderView>(HttpMethod.Get, $"/orders/{id}", token, stop);
        if (ordered.Value is { } earlier) await baskets.TakeOrderedAsync(token, edition, earlier, stop);
    }

    private static RazorComponentResult<CheckoutPage> Agree(
        Visit visit, CheckoutForm form, Answer<OrderView> placed, CheckoutDesk desk)
    {
        if (placed["totalMinor"]?.GetInt64() is not { } now || placed["lines"] is not { } lines)
        {
            return desk.Show(
                form, visit.Words.Format("checkout.refused", ""), status: StatusCodes.Status409Conflict);
        }
        var prices = lines.EnumerateArray().ToDictionary(
            each => each.GetProperty("sku").GetString()!, each => each.GetProperty("unitPriceMinor").GetInt64(),
            StringComparer.Ordinal);
        var message = visit.Words.Format(
            "checkout.agree", visit.Money(now, form.Currency), visit.Money(form.TotalMinor, form.Currency));
        var delivery = placed["deliveryMinor"]?.GetInt64() ?? 0;
        return desk.Show(
            form.At(prices) with { Shown = (form.Delivery!, delivery) }, message,
            status: StatusCodes.Status409Conflict);
    }

    private static RazorComponentResult<CheckoutPage> WithoutUnsold(
        Visit visit, CheckoutForm form, System.Text.Json.JsonElement skus, CheckoutDesk desk)
    {
        var unsold = skus.EnumerateArray().Select(each => each.GetString()!).ToHashSet(StringComparer.Ordinal);
        var names = string.Join(", ", form.Lines.Where(each => unsold.Contains(each.Sku)).Select(each => each.Name));
        return desk.Show(
            form.Without(unsold), visit.Words.Format("checkout.unsold", names),
            status: StatusCodes.Status422UnprocessableEntity);
    }
}
