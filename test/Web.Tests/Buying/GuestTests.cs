using Microsoft.Playwright;

namespace Tessera.Web.Tests.Buying;

/// <summary>Who has no account and wants none orders all the same.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class GuestTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true, 1280)]
    [InlineData(false, 390)]
    public async Task Orders_without_an_account_and_sees_what_becomes_of_it(bool scripts, int width)
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync(scripts, width);
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/basket");
        await Assertions.Expect(visitor.Page.GetByText("With an account or without.")).ToBeVisibleAsync();
        await visitor.At("checkout").ClickAsync();
        await visitor.Page.GetByRole(AriaRole.Link, new() { Name = "Order without an account" }).ClickAsync();
        await visitor.IsAccessibleAsync(scripts);
        Assert.InRange(await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);
        // Eight fields at most: one here, the address, and no password.
        await visitor.Page.GetByLabel("E-mail address").FillAsync("gisela@example.org");
        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "Go on to the order" }).ClickAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£6.40");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed", reloads: !scripts);
        var order = new Uri(visitor.Page.Url).AbsolutePath;
        await visitor.At("my-orders").ClickAsync();
        await Assertions.Expect(visitor.At("orders").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
        await visitor.At("profile").ClickAsync();
        await Assertions.Expect(visitor.At("guest")).ToContainTextAsync("You are here as a guest");
        await Assertions.Expect(visitor.At("email")).ToHaveTextAsync("gisela@example.org");
        await visitor.IsAccessibleAsync(scripts);

        // As was said: after the sign-out nobody comes back to it, not even from this browser.
        await visitor.At("sign-out").ClickAsync();
        await visitor.GoAsync(order);
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" }))
            .ToBeVisibleAsync();
        await Assertions.Expect(visitor.Page.GetByText("Order without an account")).ToHaveCountAsync(0);
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
    }
}
