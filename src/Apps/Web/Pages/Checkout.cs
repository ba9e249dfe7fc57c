using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Tessera.Orders.Contracts;
using Tessera.Web.Calling;

namespace Tessera.Web.Pages;

/// <summary>
/// The page says what is ordered and what it costs, and sends back just that. The Idempotency-Key is the basket's
/// edition, which changes once the basket has been ordered: a double click, a reload, a second window and a retry after
/// a failure all name the same order.
/// </summary>
public static class Checkout
{
    public static readonly string[] Methods = ["tok_ok", "tok_decline", "tok_slow"];

    internal static async Task<IResult> Show(
        Visit visit, KeptCatalog catalog, StoreClient store, CancellationToken stop)
    {
        var basket = await visit.OpenAsync(stop);
        if (basket.Value is null) return SeeOther.To("/basket?fault=away");
        var contents = await BasketContents.ReadAsync(basket.Value, visit, catalog, store, stop);
        return contents.Edition is { } edition && contents.Orderable.Any()
            ? Form(visit, CheckoutForm.Of(edition, contents), [])
            : SeeOther.To("/basket");
    }

    internal static async Task<IResult> Place(
        Visit visit, KeptCatalog catalog, StoreClient store, BasketKeeper baskets, CancellationToken stop)
    {
        var sent = await visit.Context.Request.ReadFormAsync(stop);
        var form = await CheckoutForm.ReadAsync(sent, catalog, stop);
        if (form is null) return SeeOther.To("/checkout");
        var (edition, method) = (form.Edition, form.Method);
        if (!Methods.Contains(method))
        {
            await visit.OpenAsync(stop);
            return Form(visit, form, [visit.Words["checkout.choose"]], StatusCodes.Status400BadRequest);
        }
        var token = await visit.TokenAsync() ?? "";
        var request = new PlaceOrderRequest(
            [.. form.Lines.Select(each => new PlaceOrderLine(each.Sku, each.Quantity))], method,
            ExpectedTotalMinor: form.ExpectedMinor);
        var placed = await store.SendAsync<OrderView>(
            HttpMethod.Post, "/orders", token, stop, request, edition.ToString("N"));
        if (placed.Value is { } order)
        {
            // Not a word to the buyer when this fails: the basket then still has this edition, whose key is used up.
            await baskets.EmptyAsync(token, edition, stop);
            return SeeOther.To($"/orders/{order.Id}");
        }
        await visit.OpenAsync(stop);
        if (placed.IsAway)
        {
            visit.Context.Response.Headers.RetryAfter = "5";
            return Form(visit, form, [visit.Words["checkout.away"]], StatusCodes.Status503ServiceUnavailable);
        }
        return placed.Status switch
        {
            HttpStatusCode.Conflict => Agree(visit, form, placed),
            HttpStatusCode.Forbidden =>
                Form(visit, form, [visit.Words["checkout.operator"]], StatusCodes.Status403Forbidden),
            HttpStatusCode.Unauthorized => Results.Redirect("/sign-in?back=/checkout"),
            _ when placed["code"]?.GetString() == "idempotency-key-used" =>
                await UsedAsync(baskets, token, edition, stop),
            _ when placed["skus"] is { } skus => WithoutUnsold(visit, form, skus),
            _ => Form(visit, form,
                [visit.Words.Format("checkout.refused", placed["detail"]?.GetString())],
                StatusCodes.Status400BadRequest),
        };
    }

    // What was ordered from another window, and maybe not emptied since.
    private static async Task<SeeOther> UsedAsync(
        BasketKeeper baskets, string token, Guid edition, CancellationToken stop)
    {
        await baskets.EmptyAsync(token, edition, stop);
        return SeeOther.To("/orders?used=true");
    }

    private static RazorComponentResult<CheckoutPage> Agree(Visit visit, CheckoutForm form, Answer<OrderView> placed)
    {
        if (placed["totalMinor"]?.GetInt64() is not { } now || placed["lines"] is not { } lines)
            return Form(visit, form, [visit.Words.Format("checkout.refused", "")], StatusCodes.Status409Conflict);
        var prices = lines.EnumerateArray().ToDictionary(
            each => each.GetProperty("sku").GetString()!, each => each.GetProperty("unitPriceMinor").GetInt64(),
            StringComparer.Ordinal);
        var message = visit.Words.Format(
            "checkout.agree", visit.Money(now, form.Currency), visit.Money(form.ExpectedMinor, form.Currency));
        return Form(visit, form.At(prices, now), [message], StatusCodes.Status409Conflict);
    }

    private static RazorComponentResult<CheckoutPage> WithoutUnsold(
        Visit visit, CheckoutForm form, System.Text.Json.JsonElement skus)
    {
        var unsold = skus.EnumerateArray().Select(each => each.GetString()!).ToHashSet(StringComparer.Ordinal);
        var names = string.Join(", ", form.Lines.Where(each => unsold.Contains(each.Sku)).Select(each => each.Name));
        return Form(visit, form.Without(unsold),
            [visit.Words.Format("checkout.unsold", names)], StatusCodes.Status422UnprocessableEntity);
    }

    private static RazorComponentResult<CheckoutPage> Form(
        Visit visit, CheckoutForm form, string[] faults, int status = StatusCodes.Status200OK) =>
        Page.Show<CheckoutPage>(status, (nameof(CheckoutPage.Form), form), (nameof(CheckoutPage.Faults), faults));
}

/// <summary>What stands on the page.</summary>
public sealed record CheckoutForm(
    Guid Edition, IReadOnlyList<CheckoutLine> Lines, long ExpectedMinor, string Currency, string? Method)
{
    private const int LinesMax = 200;

    public static CheckoutForm Of(Guid edition, BasketContents basket) => new(
        edition,
        [.. basket.Orderable.Select(item =>
            new CheckoutLine(item.Line.Sku, item.Line.Quantity, item.Name, item.PriceMinor))],
        basket.TotalMinor, basket.Currency, "tok_ok");

    /// <summary>As it was sent, SKU and quantity of each line; null when a page of ours did not.</summary>
    internal static async Task<CheckoutForm?> ReadAsync(
        IFormCollection sent, KeptCatalog catalog, CancellationToken stop)
    {
        if (!Guid.TryParse(sent["edition"], out var edition)
            || !long.TryParse(sent["expected"], NumberStyles.None, CultureInfo.InvariantCulture, out var expected)
            || expected == 0 || sent["line"].Count is 0 or > LinesMax)
        {
            return null;
        }
        var lines = new List<CheckoutLine>();
        var currency = "GBP";
        foreach (var each in sent["line"])
        {
            var parts = each!.Split('*');
            if (parts.Length != 3
                || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity)
                || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var price))
            {
                return null;
            }
            var product = (await catalog.ProductAsync(parts[0], stop)).Value;
            currency = product?.Currency ?? currency;
            lines.Add(new CheckoutLine(parts[0], quantity, product?.Name ?? parts[0], price));
        }
        return new CheckoutForm(edition, lines, expected, currency, sent["method"]);
    }

    public CheckoutForm At(IReadOnlyDictionary<string, long> prices, long totalMinor) => this with
    {
        Lines =
        [
            .. Lines.Select(line => line with
            {
                PriceMinor = prices.GetValueOrDefault(line.Sku, line.PriceMinor),
            }),
        ],
        ExpectedMinor = totalMinor,
    };

    public CheckoutForm Without(HashSet<string> unsold)
    {
        CheckoutLine[] left = [.. Lines.Where(line => !unsold.Contains(line.Sku))];
        return this with { Lines = left, ExpectedMinor = left.Sum(line => line.PriceMinor * line.Quantity) };
    }
}

public sealed record CheckoutLine(string Sku, int Quantity, string Name, long PriceMinor)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Sku}*{Quantity}*{PriceMinor}");
}
