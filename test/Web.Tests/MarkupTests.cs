using Microsoft.Playwright;

namespace Tessera.Web.Tests;

/// <summary>What browsers and search engines know of the pages, beside what people see.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class MarkupTests(ShopInBrowser shop)
{
    [Fact]
    public async Task Tells_browsers_what_belongs_into_each_field()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync("/account/sign-in");
        Assert.Equal(["username", "current-password"], await FieldsAsync(visitor));
        await visitor.GoAsync("/account/register");
        Assert.Equal(["name", "new-password", "username"], (await FieldsAsync(visitor)).Order());
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Order without an account" }).ClickAsync();
        Assert.Equal(["email", "name"], (await FieldsAsync(visitor)).Order());
        await visitor.SignInNewAsync();
        await visitor.GoAsync("/account/password");
        Assert.Equal(["current-password", "new-password"], await FieldsAsync(visitor));
        string[] address =
            ["name", "address-line1", "address-line2", "postal-code", "address-level2", "country-name"];
        await visitor.GoAsync("/profile/addresses/new");
        Assert.Equal(address, await FieldsAsync(visitor));
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        Assert.Equal(address.Select(each => "shipping " + each), await FieldsAsync(visitor));
    }

    [Fact]
    public async Task Loads_pictures_that_are_seen_first_at_once_and_gives_room_to_all()
    {
        for (var number = 0; number < 6; number++) await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync("/");
        var pictures = await visitor.Page.EvaluateAsync<string[]>(
            """
            [...document.querySelectorAll("main img")].map(
                each => `${each.getAttribute("loading")} ${each.width > 0 && each.hasAttribute("width")
                    && each.hasAttribute("height")}`)
            """);
        Assert.Equal(Enumerable.Repeat("null true", 4), pictures[..4]);
        Assert.InRange(pictures.Length, 6, 12);
        Assert.All(pictures[4..], picture => Assert.Equal("lazy true", picture));
    }

    [Fact]
    public async Task Leads_from_a_product_to_the_sign_in_and_back_to_the_product()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/products/{sku}");
        await visitor.At("sign-in").ClickAsync();
        await visitor.RegisterAndSignInAsync();
        await Assertions.Expect(visitor.At("my-orders")).ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}/products/{sku}");
    }

    [Fact]
    public async Task Says_on_the_product_s_page_what_delivery_costs()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.GoAsync($"/products/{await shop.Shop.NewProductAsync()}");
        await Assertions.Expect(visitor.At("delivery-cost")).ToHaveTextAsync(
            "Delivery: Standard delivery £3.90 · Express delivery £9.90 · Collect it from the shop free");
    }

    /// <summary>What each field is for, and that something may be pasted into it.</summary>
    private static Task<string[]> FieldsAsync(Visitor visitor) => visitor.Page.EvaluateAsync<string[]>(
        """
        [...document.querySelectorAll("main input:not([type=hidden], [type=radio], [type=checkbox])")].map(each =>
            each.dispatchEvent(new ClipboardEvent("paste", { bubbles: true, cancelable: true }))
                ? each.autocomplete : "no paste")
        """);
}
