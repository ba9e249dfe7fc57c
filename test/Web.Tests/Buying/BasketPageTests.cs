using Microsoft.Playwright;
using Tessera.Orders.Contracts;
using Tessera.Web.Tests.Operators;

namespace Tessera.Web.Tests.Buying;

[Collection(nameof(ShopInBrowser))]
public sealed class BasketPageTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_another_quantity_and_takes_out_and_refuses_what_is_no_quantity(bool scripts)
    {
        var (few, other) = (await shop.Shop.NewProductAsync(stock: 3), await shop.Shop.NewProductAsync());
        await using var visitor = await shop.NewVisitorAsync(scripts);
        await visitor.GoAsync($"/products/{few}");
        await Assertions.Expect(visitor.At("stock")).ToHaveTextAsync("Only 3 left");
        await visitor.AddToBasketAsync(few, 2);
        await visitor.AddToBasketAsync(other);
        await visitor.GoAsync("/basket");
        await visitor.At($"quantity-{other}").FillAsync("4");
        await visitor.At($"line-{other}").GetByRole(AriaRole.Button, new() { Name = "Update" }).ClickAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£15.00");
        await visitor.At($"remove-{other}").ClickAsync();
        await Assertions.Expect(visitor.At($"line-{other}")).ToBeHiddenAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£5.00");
        foreach (var wrong in new[] { "0", "-1", "x", "1000", "" })
        {
            // As a browser without checks of its own would send it.
            var answer = await visitor.Page.APIRequest.PostAsync("/basket/change", new()
            {
                Form = visitor.Page.APIRequest.CreateFormData()
                    .Set("sku", few).Set("seen", "250").Set("quantity", wrong),
                Headers = [new("Origin", $"http://127.0.0.1:{shop.Port}"), new("Sec-Fetch-Site", "same-origin")],
            });
            Assert.Equal(400, answer.Status);
            var page = await answer.TextAsync();
            Assert.Contains($"<p class=\"field-fault\" id=\"quantity-{few}-fault\"", page, StringComparison.Ordinal);
            Assert.Contains($"value=\"{wrong}\"", page, StringComparison.Ordinal);
        }
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"quantity-{few}")).ToHaveValueAsync("2");
        await visitor.At($"remove-{few}").ClickAsync();
        await Assertions.Expect(visitor.At("basket-empty")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("/basket", "update-")]
    [InlineData("/products/", "add")]
    public async Task Says_beside_the_quantity_why_it_was_not_taken_and_keeps_what_was_typed(string path, string button)
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku, 2);
        await visitor.GoAsync(path.EndsWith('/') ? path + sku : path);
        var field = visitor.Page.GetByLabel("Quantity");
        await field.EvaluateAsync("field => field.form.noValidate = true");
        await field.FillAsync("1000");
        await visitor.At(button.EndsWith('-') ? button + sku : button).ClickAsync();
        await Assertions.Expect(field).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(field).ToHaveValueAsync("1000");
        await Assertions.Expect(field).ToHaveAccessibleDescriptionAsync(
            "We could not do that: choose a quantity between 1 and 999.");
        await visitor.At("basket-fault").GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(field).ToBeFocusedAsync();
        Assert.Empty(await visitor.SeriousFaultsAsync());
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"quantity-{sku}")).ToHaveValueAsync("2");
    }

    [Theory]
    [InlineData("away", "We cannot reach your basket right now")]
    [InlineData("full", "Your basket is full")]
    [InlineData("bad", "We could not do that")]
    public async Task Says_once_and_first_of_all_why_something_was_not_put_in(string fault, string words)
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/basket?fault={fault}");
        await Assertions.Expect(visitor.At("basket-fault")).ToContainTextAsync(words);
        await Assertions.Expect(visitor.At("basket-fault")).ToHaveAttributeAsync("role", "alert");
        // A screen reader begins with the title.
        Assert.StartsWith(words, await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        await visitor.Page.ReloadAsync();
        await Assertions.Expect(visitor.At("basket-empty")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At("basket-fault")).ToHaveCountAsync(0);
        Assert.StartsWith("Your basket", await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        await using var plain = await shop.NewVisitorAsync(scripts: false);
        await plain.GoAsync($"/basket?fault={fault}");
        await plain.At("language-fr").ClickAsync();
        await Assertions.Expect(plain.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}/basket");
    }

    [Fact]
    public async Task Says_first_of_all_that_a_product_was_put_in()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await Assertions.Expect(visitor.At("added")).ToHaveAttributeAsync("role", "status");
        Assert.StartsWith("It is in your basket – ", await visitor.Page.TitleAsync(), StringComparison.Ordinal);
        await visitor.Page.ReloadAsync();
        await Assertions.Expect(visitor.At("stock")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At("added")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Is_the_same_on_another_device_after_the_sign_in()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku, 2);
        var email = await visitor.SignInNewAsync();
        await visitor.GoAsync("/basket");
        await using var elsewhere = await shop.NewVisitorAsync(width: 390);
        await elsewhere.GoAsync("/sign-in?back=/basket");
        await elsewhere.SignInAsync(email);
        await Assertions.Expect(elsewhere.At($"quantity-{sku}")).ToHaveValueAsync("2");
    }

    [Fact]
    public async Task Of_a_guest_is_there_for_90_days_also_after_the_browser_was_closed()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.AddToBasketAsync(sku, 2);
        var cookie = (await visitor.CookiesAsync()).Single(each => each.Name == "tessera-basket");
        var expires = DateTimeOffset.FromUnixTimeSeconds((long)cookie.Expires); // One of the session's has none: -1.
        // The browser reckons by the clock of the answer's Date.
        var kept = expires - TimeProvider.System.GetUtcNow();
        Assert.InRange(kept, TimeSpan.FromDays(89.9), TimeSpan.FromDays(90.1));
        await using var again = await shop.NewVisitorAsync();
        await again.TakeCookieAsync(cookie);
        await again.GoAsync("/basket");
        await Assertions.Expect(again.At($"quantity-{sku}")).ToHaveValueAsync("2");
    }

    [Fact]
    public async Task Leaves_out_what_is_sold_out_and_what_is_withdrawn_while_the_checkout_is_open()
    {
        var last = await shop.Shop.NewProductAsync(stock: 1);
        var (kept, gone) = (await shop.Shop.NewProductAsync(), await shop.Shop.NewProductAsync());
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        foreach (var sku in new[] { last, kept, gone }) await visitor.AddToBasketAsync(sku);
        var other = await shop.Shop.NewBuyerAsync();
        var order = await shop.Shop.PlaceAsync(other, last);
        await shop.Shop.BecomesAsync(other, order.Id, "Confirmed");
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"line-{last}")).ToContainTextAsync("Sold out at the moment");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£5.00");
        await visitor.At("checkout").ClickAsync();
        await Assertions.Expect(visitor.At("summary").GetByText("Test " + last)).ToHaveCountAsync(0);

        await shop.Shop.SendAsync(HttpMethod.Delete, $"/api/v1/products/{gone}", null, shop.Shop.Operator);
        await Testing.Eventually.HoldsAsync("Orders knows that it is withdrawn", async () =>
        {
            using var tried = await shop.Shop.TryPlaceAsync(
                other, new PlaceOrderRequest([new PlaceOrderLine(gone, 1)], null));
            return !tried.IsSuccessStatusCode;
        });
        await visitor.PlaceAsync();
        await Assertions.Expect(visitor.At("checkout-fault")).ToContainTextAsync("Test " + gone);
        await Assertions.Expect(visitor.At("summary").GetByText("Test " + gone)).ToHaveCountAsync(0);
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        // What was left out waits in the basket.
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.At($"line-{last}")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.At($"line-{kept}")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Tells_an_operator_that_customers_order_and_not_to_try_again()
    {
        await using var visitor = await shop.NewOperatorAsync();
        await visitor.GoAsync("/sign-in"); // Who is signed in to the store is so in the shop, too.
        Assert.Equal(403, await visitor.GoAsync("/basket"));
        await Assertions.Expect(visitor.At("basket-operator")).ToContainTextAsync("Only customers can order");
        await visitor.GoAsync("/checkout");
        await Assertions.Expect(visitor.At("basket-operator")).ToBeVisibleAsync();
        await visitor.GoAsync($"/products/{await shop.Shop.NewProductAsync()}");
        await visitor.At("add").ClickAsync();
        await Assertions.Expect(visitor.At("basket-operator")).ToBeVisibleAsync();
    }
}
