using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Tessera.Web.Tests;

/// <summary>What a visitor finds again where it was.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ComingBackTests(ShopInBrowser shop)
{
    [Fact]
    public async Task A_guest_s_basket_is_there_when_the_browser_was_closed_in_between()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await using var later = await shop.NewVisitorAsync();
        foreach (var cookie in (await visitor.CookiesAsync()).Where(each => each.Expires > 0)) // Others go with it.
            await later.TakeCookieAsync(cookie);
        await later.GoAsync("/basket");
        await Assertions.Expect(later.At($"quantity-{sku}")).ToHaveValueAsync("2");
    }

    [Fact]
    public async Task The_way_back_from_a_product_leads_to_the_same_place_in_the_same_list()
    {
        for (var number = 0; number < 6; number++) await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync(width: 390);
        const string list = "/search?q=test&sort=newest";
        await visitor.GoAsync(list);
        await Assertions.Expect(visitor.At("search")).ToHaveValueAsync("test");
        var product = visitor.Page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^Test ") }).Nth(5);
        await product.ScrollIntoViewIfNeededAsync();
        var place = await visitor.Page.EvaluateAsync<double>("scrollY");
        Assert.True(place > 100, "The list is too short for this test.");
        await product.ClickAsync();
        await Assertions.Expect(visitor.Page).ToHaveURLAsync(new Regex("/products/"));
        await visitor.Page.GoBackAsync();
        await Assertions.Expect(visitor.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}{list}");
        await visitor.Page.WaitForFunctionAsync("place => Math.abs(scrollY - place) < 2", place);
    }

    [Fact]
    public async Task An_order_that_is_looked_at_again_is_not_placed_again()
    {
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("order-number")).ToBeVisibleAsync();
        var order = await visitor.At("order-number").InnerTextAsync();
        await visitor.Page.ReloadAsync();
        await Assertions.Expect(visitor.At("order-number")).ToHaveTextAsync(order);
        await visitor.BecomesAsync("Confirmed", reloads: true);
        await visitor.GoAsync("/orders");
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }
}
