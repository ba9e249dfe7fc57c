using System.Globalization;
using System.Net;
using Tessera.Catalog.Contracts;
using Tessera.Inventory.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Ops.Pages.Products;

/// <summary>Products by code or by words, with what there is of each.</summary>
internal static class FindProducts
{
    private const int Size = 50;
    private const int BelowMax = 1_000_000;

    public static async Task<IResult> List(
        Operator me, CancellationToken stop, string? q = null, string? after = null, string? below = null)
    {
        if (int.TryParse(below, NumberStyles.None, CultureInfo.InvariantCulture, out var limit))
            return await Low(me, Math.Clamp(limit, 1, BelowMax), after, stop);
        q = string.IsNullOrWhiteSpace(q) ? null : q.Trim();
        // A whole code leads to its product.
        if (q is not null && after is null && IsCode(q))
        {
            var one = await me.GetAnswerAsync<ProductView>($"/products/{Uri.EscapeDataString(q)}", stop);
            if (one.Value is { } found)
                return Results.Redirect($"{OpsOptions.Root}/products/{Uri.EscapeDataString(found.Sku)}");
        }
        var page = await me.GetAnswerAsync<ProductPage>(
            $"/products?size={Size}" + (q is null ? "" : $"&search={Uri.EscapeDataString(q)}")
                + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), stop);
        var stock = await StockAsync(me, page.Value?.Items.Select(product => product.Sku), stop);
        return Page.Show<ProductsPage>(
            page.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(ProductsPage.Text), q), (nameof(ProductsPage.Found), page.Value),
            (nameof(ProductsPage.Fault), page.IsGood ? null : page.Why()),
            (nameof(ProductsPage.Stock), stock.Value?.Items.ToDictionary(each => each.Sku, StringComparer.Ordinal)),
            (nameof(ProductsPage.StockFault), stock.IsGood ? null : stock.Why()));
    }

    public static async Task<IResult> One(string sku, Operator me, CancellationToken stop)
    {
        if (!IsCode(sku)) return Faults.NotFound();
        var product = me.GetAnswerAsync<ProductView>($"/products/{Uri.EscapeDataString(sku)}", stop);
        var moving = Movements.ReadAsync(me, sku, stop);
        var stock = await me.GetAnswerAsync<StockView>($"/stock/{Uri.EscapeDataString(sku)}", stop);
        var (told, movements) = (await product, await moving);
        if (told.Status == HttpStatusCode.NotFound && stock.Status == HttpStatusCode.NotFound) return Faults.NotFound();
        var isAway = told.IsAway && stock.IsAway;
        return Page.Show<ProductPageOfOps>(
            isAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(ProductPageOfOps.Sku), told.Value?.Sku ?? stock.Value?.Sku ?? sku),
            (nameof(ProductPageOfOps.Product), told.Value), (nameof(ProductPageOfOps.Stock), stock.Value),
            (nameof(ProductPageOfOps.ProductFault), told.IsGood ? null : told.Why()),
            (nameof(ProductPageOfOps.StockFault), stock.IsGood ? null : stock.Why()),
            (nameof(ProductPageOfOps.Moved), movements));
    }

    /// <summary>What is short, by what is on hand; the names are asked of Catalog one by one, as far as it tells.
    /// </summary>
    private static async Task<IResult> Low(Operator me, int below, string? after, CancellationToken stop)
    {
        var page = await me.GetAnswerAsync<StockPage>(
            $"/stock?below={below}&size={Size}" + (after is null ? "" : $"&after={Uri.EscapeDataString(after)}"), stop);
        var asked = (page.Value?.Items ?? []).Select(each =>
            me.GetAnswerAsync<ProductView>($"/products/{Uri.EscapeDataString(each.Sku)}", stop));
        var products = await Task.WhenAll(asked);
        return Page.Show<LowStockPage>(
            page.IsAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK,
            (nameof(LowStockPage.Below), below), (nameof(LowStockPage.Found), page.Value),
            (nameof(LowStockPage.Fault), page.IsGood ? null : page.Why()),
            (nameof(LowStockPage.Products), products.Where(each => each.Value is not null)
                .ToDictionary(each => each.Value!.Sku, each => each.Value!, StringComparer.Ordinal)));
    }

    private static async Task<Answer<StockPage>> StockAsync(
        Operator me, IEnumerable<string>? skus, CancellationToken stop)
    {
        var asked = string.Join(',', skus ?? []);
        return asked.Length == 0
            ? new Answer<StockPage>(new StockPage([], null, 0), HttpStatusCode.OK)
            : await me.GetAnswerAsync<StockPage>($"/stock?skus={Uri.EscapeDataString(asked)}", stop);
    }

    private static bool IsCode(string text) => text.Length is > 0 and <= 32
        && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-')
        && char.IsAsciiLetterOrDigit(text[0]);
}
