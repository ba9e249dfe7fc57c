using Microsoft.Playwright;
using Tessera.Web.Tests.Operators;

namespace Tessera.Web.Tests;

/// <summary>One service after the other is stopped under the visitor: each page says what is missing, and nothing is
/// lost. In the store where services come and go anyway, for the other tests would notice.</summary>
[Collection(nameof(ChaoticShop))]
public sealed class AwayTests(ChaoticShop shop)
{
    [Fact]
    public async Task Without_Catalog_shows_what_it_knew_last_and_says_so()
    {
        var (sku, never) = (await shop.Shop.NewProductAsync(), await shop.Shop.NewProductAsync());
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku);
        foreach (var path in new[] { "/", "/search", $"/products/{sku}" }) await visitor.GoAsync(path);
        await using (await AwayAsync("catalog"))
        {
            foreach (var path in new[] { "/", "/search", $"/products/{sku}" })
            {
                // The gateway answers in Catalog's place for two seconds more.
                await Testing.Eventually.HoldsAsync($"{path} says that it is of before", async () =>
                {
                    Assert.Equal(200, await visitor.GoAsync(path));
                    return await visitor.At("old").IsVisibleAsync();
                });
                await Assertions.Expect(visitor.At("old")).ToContainTextAsync("what we knew last");
                await Assertions.Expect(visitor.Page.GetByText("£2.50").First).ToBeVisibleAsync();
                await visitor.IsAccessibleAsync(scripts: true);
            }
            Assert.Equal(503, await visitor.GoAsync($"/products/{never}"));
            await Assertions.Expect(visitor.At("fault")).ToContainTextAsync("try again in a minute");
            // Of what nothing is known the basket says so, rather than leaving it out of the order without a word.
            await shop.RunAsync("restart", "web");
            await visitor.GoAsync("/basket");
            await Assertions.Expect(visitor.At($"line-{sku}")).ToContainTextAsync("left out of your order");
            await Assertions.Expect(visitor.At("checkout")).ToBeHiddenAsync();
        }
        await visitor.GoAsync($"/products/{sku}");
        await Assertions.Expect(visitor.At("old")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Without_Inventory_sells_on_and_says_that_it_does_not_know_the_stock()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await using (await AwayAsync("inventory"))
        {
            await visitor.GoAsync($"/products/{sku}");
            await Assertions.Expect(visitor.At("stock")).ToContainTextAsync("cannot say");
            await visitor.AddToBasketAsync(sku);
            await visitor.GoAsync("/checkout");
            await visitor.PlaceAsync();
            await visitor.BecomesAsync("Placed");
            await Assertions.Expect(visitor.At("order-state")).ToContainTextAsync("setting the products aside");
        }
        await visitor.BecomesAsync("Confirmed");
    }

    [Fact]
    public async Task Without_Baskets_pages_open_without_the_number_and_the_basket_says_that_nothing_is_lost()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku, 3);
        var tab = await visitor.NewTabAsync();
        await tab.GotoAsync("/basket");
        await using (await AwayAsync("baskets"))
        {
            Assert.Equal(200, await visitor.GoAsync($"/products/{sku}"));
            await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket");
            Assert.Equal(503, await visitor.GoAsync("/basket"));
            await Assertions.Expect(visitor.At("basket-away")).ToContainTextAsync("Nothing is lost");
            await visitor.IsAccessibleAsync(scripts: true);
            await visitor.GoAsync($"/products/{sku}");
            await visitor.Page.GetByLabel("Quantity").FillAsync("4");
            await visitor.At("add").ClickAsync();
            await Assertions.Expect(visitor.At("basket-away")).ToBeVisibleAsync();
            await Assertions.Expect(visitor.Page.GetByLabel("Quantity")).ToHaveValueAsync("4");
            await tab.GetByTestId($"quantity-{sku}").FillAsync("7");
            await tab.GetByTestId($"update-{sku}").ClickAsync();
            await Assertions.Expect(tab.GetByTestId("basket-away")).ToBeVisibleAsync();
            await Assertions.Expect(tab.GetByTestId($"quantity-{sku}")).ToHaveValueAsync("7");
        }
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At("basket-link")).ToHaveAccessibleNameAsync("Basket, 3 items");
        await tab.GetByTestId($"update-{sku}").ClickAsync();
        await Assertions.Expect(tab.GetByTestId("basket-link")).ToHaveAccessibleNameAsync("Basket, 7 items");
    }

    [Fact]
    public async Task Without_Orders_the_basket_waits_and_the_page_says_so_and_then_one_order_comes_of_it()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync("/checkout");
        await visitor.At("pay-tok_slow").CheckAsync();
        var tab = await visitor.NewTabAsync();
        await using (await AwayAsync("orders"))
        {
            await visitor.PlaceAsync();
            await StaysTypedAsync(visitor);
            await visitor.IsAccessibleAsync(scripts: true);
            Assert.Equal(503, (await tab.GotoAsync("/orders"))!.Status);
            await Assertions.Expect(tab.GetByTestId("orders-away")).ToContainTextAsync("Nothing is lost");
            Assert.Empty(await Visitor.SeriousFaultsAsync(tab));
            await tab.GotoAsync("/basket");
            await Assertions.Expect(tab.GetByTestId("basket-link")).ToHaveAccessibleNameAsync("Basket, 2 items");
            // Also by a process that never heard how orders can come.
            await shop.RunAsync("restart", "web");
            Assert.Equal(503, (await tab.GotoAsync("/checkout"))!.Status);
            Assert.Equal(200, (await tab.GotoAsync($"/products/{sku}"))!.Status);
            await Assertions.Expect(tab.GetByTestId("price")).ToHaveTextAsync("£2.50");
            await Assertions.Expect(tab.GetByTestId("delivery-cost")).ToHaveCountAsync(0);
            await tab.GotoAsync("/checkout");
            await visitor.At("place").ClickAsync();
            await Assertions.Expect(visitor.At("delivery-standard")).ToBeHiddenAsync();
            await StaysTypedAsync(visitor);
        }
        await tab.GetByTestId("try-again").ClickAsync();
        await Assertions.Expect(tab.GetByTestId("place")).ToBeVisibleAsync();
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed");
        await visitor.GoAsync("/orders");
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task An_order_s_page_moves_on_when_Orders_is_back()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        // An answer that is no stream: the browser itself would never ask again.
        var refused = visitor.Page.WaitForResponseAsync(
            response => response.Url.Contains("/events", StringComparison.Ordinal) && response.Status != 200);
        await using (await AwayAsync("orders")) await refused;
        var tab = await visitor.NewTabAsync();
        await tab.GotoAsync(visitor.Page.Url);
        await tab.GetByTestId("cancel").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
    }

    [Fact]
    public async Task Without_Payments_the_order_is_placed_and_says_that_it_waits_for_the_payment()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await using (await AwayAsync("payments"))
        {
            await visitor.PlaceAsync();
            await visitor.BecomesAsync("StockReserved");
            await Assertions.Expect(visitor.At("order-state")).ToContainTextAsync("waiting for the payment");
        }
        await visitor.BecomesAsync("Confirmed");
    }

    [Fact]
    public async Task Without_Users_who_is_signed_in_stays_so_and_orders()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        var tab = await visitor.NewTabAsync();
        await tab.GotoAsync("/profile");
        await tab.GetByTestId("name").FillAsync("Grace Hopper");
        await using (await AwayAsync("users"))
        {
            await tab.GetByTestId("save-name").ClickAsync();
            await Assertions.Expect(tab.GetByTestId("profile-away")).ToBeVisibleAsync();
            await Assertions.Expect(tab.GetByTestId("name")).ToHaveValueAsync("Grace Hopper");
            await visitor.GoAsync("/checkout");
            await visitor.PlaceAsync();
            await visitor.BecomesAsync("Confirmed");
            Assert.Equal(503, await visitor.GoAsync("/profile"));
            await Assertions.Expect(visitor.At("profile-away")).ToBeVisibleAsync();
            await visitor.IsAccessibleAsync(scripts: true);
            await using var stranger = await shop.NewVisitorAsync();
            Assert.Equal(200, await stranger.GoAsync($"/products/{sku}"));
            // The way to sign in is closed; that must be a page which says so, too.
            Assert.InRange(await stranger.GoAsync("/sign-in"), 500, 503);
            await Assertions.Expect(stranger.At("fault")).ToContainTextAsync("try again in a minute");
            await using var reader = await shop.NewVisitorAsync(language: "de-DE");
            await reader.GoAsync("/account/sign-in");
            await Assertions.Expect(reader.Page.Locator("html")).ToHaveAttributeAsync("lang", "de");
            await Assertions.Expect(reader.At("fault")).ToContainTextAsync(
                "Versuchen Sie es in einer Minute noch einmal");
            await stranger.IsAccessibleAsync(scripts: true);
        }
    }

    private static async Task StaysTypedAsync(Visitor visitor)
    {
        await Assertions.Expect(visitor.At("checkout-fault")).ToContainTextAsync("Your basket is safe");
        Assert.Equal(503, visitor.Status);
        foreach (var (field, text) in Checkouts.Home)
            await Assertions.Expect(visitor.At(field)).ToHaveValueAsync(text);
        await Assertions.Expect(visitor.At("pay-tok_slow")).ToBeCheckedAsync();
    }

    private async Task<Back> AwayAsync(string service)
    {
        await shop.RunAsync("stop", service);
        return new Back(shop, service);
    }

    private sealed class Back(ShopInBrowser shop, string service) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await shop.RunAsync("start", service);
    }
}
