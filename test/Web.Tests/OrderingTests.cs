using Microsoft.Playwright;
using Tessera.Catalog.Contracts;
using Tessera.Orders.Contracts;

namespace Tessera.Web.Tests;

/// <summary>From the first visit to the order's end, as people do it.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class OrderingTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true, 1280)]
    [InlineData(false, 1280)]
    [InlineData(true, 390)]
    public async Task Goes_from_a_first_visit_to_a_confirmed_order(bool scripts, int width)
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync(scripts, width);
        await visitor.GoAsync("/");
        await visitor.Page.GetByTestId("search").FillAsync(sku[..8].ToLowerInvariant());
        await visitor.Page.GetByTestId("search").PressAsync("Enter");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Test " + sku }).ClickAsync();
        await Assertions.Expect(visitor.At("stock")).ToHaveTextAsync("In stock");
        await visitor.At("add").ClickAsync();
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket, 1 item");
        await visitor.At("basket-link").ClickAsync();
        await visitor.At("checkout").ClickAsync();
        await visitor.RegisterAndSignInAsync();
        // The basket of before the sign-in has come along.
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£6.40");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed", reloads: !scripts);
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£6.40");
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket, 0 items");
        await visitor.At("my-orders").ClickAsync();
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        Assert.InRange(
            await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }

    [Fact]
    public async Task Places_one_order_from_two_windows_a_double_click_and_the_way_back()
    {
        var sku = await shop.Shop.NewProductAsync();
        // Without scripts nothing holds a second click back but the shop itself.
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        var second = await visitor.NewTabAsync();
        await second.GotoAsync("/checkout");
        await visitor.FillAddressAsync();
        await visitor.At("place").DblClickAsync();
        await Assertions.Expect(visitor.At("order-number")).ToBeVisibleAsync();
        var order = await visitor.At("order-number").InnerTextAsync();
        await second.FillAddressAsync();
        await second.GetByTestId("place").ClickAsync();
        await Assertions.Expect(second.GetByTestId("order-number")).ToHaveTextAsync(order);
        await visitor.Page.GoBackAsync();
        await Assertions.Expect(visitor.At("basket-empty")).ToBeVisibleAsync();
        await visitor.GoAsync("/orders");
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Sends_one_form_for_a_double_click_where_scripts_run()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.FillAddressAsync();
        var sent = 0;
        visitor.Page.Request += (_, request) => sent += request.Method == "POST" ? 1 : 0;
        await visitor.At("place").DblClickAsync();
        await visitor.BecomesAsync("Confirmed");
        Assert.Equal(1, sent);
        await visitor.GoAsync("/orders");
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Puts_one_into_the_basket_for_a_double_click_where_scripts_run()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/products/{await shop.Shop.NewProductAsync()}");
        await visitor.At("add").DblClickAsync();
        await Assertions.Expect(visitor.At("added")).ToBeVisibleAsync();
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket, 1 item");
    }

    [Fact]
    public async Task Keeps_in_the_basket_what_was_put_in_before_another_window_ordered()
    {
        var (ordered, since) = (await shop.Shop.NewProductAsync(), await shop.Shop.NewProductAsync());
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(ordered);
        await visitor.GoAsync("/checkout");
        await visitor.FillAddressAsync();
        var second = await visitor.NewTabAsync();
        await second.GotoAsync($"/products/{since}");
        await second.GetByTestId("add").ClickAsync();
        await second.GotoAsync("/checkout");
        await second.FillAddressAsync();
        await visitor.At("place").ClickAsync();
        await Assertions.Expect(visitor.At("order-number")).ToBeVisibleAsync();
        // The same filling of the basket, with more in it: not a second order of what has been ordered.
        await second.GetByTestId("place").ClickAsync();
        await Assertions.Expect(second.GetByTestId("used")).ToBeVisibleAsync();
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"line-{since}")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At($"line-{ordered}")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Asks_again_when_a_price_has_changed_in_between()
    {
        var sku = await shop.Shop.NewProductAsync(priceMinor: 1850);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await shop.Shop.SendAsync(
            HttpMethod.Put, $"/api/v1/products/{sku}/price", new ChangePriceRequest(1990), shop.Shop.Operator);
        // Orders hears of the price a moment later: who is quicker pays what was shown.
        var other = await shop.Shop.NewBuyerAsync();
        await Testing.Eventually.HoldsAsync("Orders knows the new price", async () =>
        {
            using var tried = await shop.Shop.TryPlaceAsync(
                other, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null, ExpectedTotalMinor: 1990));
            return tried.IsSuccessStatusCode;
        });
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("checkout-fault")).ToContainTextAsync("£23.80 instead of £22.40");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
    }

    [Fact]
    public async Task Says_in_the_basket_what_a_product_was_and_is()
    {
        var sku = await shop.Shop.NewProductAsync(priceMinor: 1850);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku);
        await shop.Shop.SendAsync(
            HttpMethod.Put, $"/api/v1/products/{sku}/price", new ChangePriceRequest(1990), shop.Shop.Operator);
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At("new-price")).ToHaveTextAsync("was £18.50, now £19.90");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£19.90");
    }

    [Fact]
    public async Task Leaves_out_what_is_withdrawn_and_orders_the_rest()
    {
        var (kept, gone) = (await shop.Shop.NewProductAsync(), await shop.Shop.NewProductAsync());
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(kept);
        await visitor.AddToBasketAsync(gone);
        await shop.Shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{gone}", null, shop.Shop.Operator);
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"line-{gone}")).ToContainTextAsync("No longer sold");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£2.50");
        await visitor.At("checkout").ClickAsync();
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
    }

    [Fact]
    public async Task Says_that_the_last_one_was_sold_in_between()
    {
        var sku = await shop.Shop.NewProductAsync(stock: 1);
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        var other = await shop.Shop.NewBuyerAsync();
        var order = await shop.Shop.PlaceAsync(other, sku);
        await shop.Shop.BecomesAsync(other, order.Id, "Confirmed");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Cancelled");
        await Assertions.Expect(visitor.At("order-reason")).ToContainTextAsync("sold out");
        await visitor.GoAsync($"/products/{sku}");
        await Assertions.Expect(visitor.At("stock")).ToHaveTextAsync("Sold out");
    }

    [Fact]
    public async Task Lets_who_was_declined_order_again_and_pay_in_another_way()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync("/checkout");
        await visitor.At("pay-tok_decline").CheckAsync();
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Cancelled");
        await Assertions.Expect(visitor.At("order-reason")).ToContainTextAsync("declined");
        var declined = visitor.Page.Url;
        await visitor.AddToBasketAsync(sku, 3);
        await visitor.GoAsync(declined);
        await visitor.At("again").ClickAsync();
        await Assertions.Expect(visitor.At($"quantity-{sku}")).ToHaveValueAsync("3"); // Who wants more, still does.
        await visitor.At("checkout").ClickAsync();
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        await visitor.At("cancel").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
    }
}
