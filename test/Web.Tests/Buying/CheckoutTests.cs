using Microsoft.Playwright;
using Tessera.Orders.Contracts;

namespace Tessera.Web.Tests.Buying;

/// <summary>Where an order goes, how, and what that costs.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class CheckoutTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true, 1280, ColorScheme.Light)]
    [InlineData(false, 390, ColorScheme.Dark)]
    public async Task Says_beside_each_field_what_is_missing_and_keeps_what_was_typed(
        bool scripts, int width, ColorScheme colors)
    {
        await using var visitor = await shop.NewVisitorAsync(scripts, width, colors);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.ShowAsync($"checkout-{width}");
        await visitor.At("address-Name").FillAsync("Ada Lovelace");
        await visitor.At("address-Line2").FillAsync("Flat 3");
        await visitor.At("pay-tok_slow").CheckAsync();
        await visitor.At("keep").UncheckAsync();
        await visitor.At("place").ClickAsync();

        await Assertions.Expect(visitor.At("form-faults").GetByRole(AriaRole.Link)).ToHaveCountAsync(4);
        await visitor.ShowAsync($"checkout-faults-{width}");
        var city = visitor.At("address-City");
        await Assertions.Expect(city).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(city).ToHaveAccessibleDescriptionAsync("Enter the town or city.");
        var way = visitor.At("form-faults").GetByRole(AriaRole.Link, new() { Name = "Enter the town or city." });
        await way.ClickAsync();
        await Assertions.Expect(city).ToBeFocusedAsync();
        await Assertions.Expect(visitor.At("address-Name")).ToHaveValueAsync("Ada Lovelace");
        await Assertions.Expect(visitor.At("address-Line2")).ToHaveValueAsync("Flat 3");
        await Assertions.Expect(visitor.At("pay-tok_slow")).ToBeCheckedAsync();
        await Assertions.Expect(visitor.At("keep")).Not.ToBeCheckedAsync();
        await visitor.IsAccessibleAsync(scripts);
        Assert.InRange(await visitor.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, width);

        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed", reloads: !scripts);
    }

    [Fact]
    public async Task Adds_the_chosen_delivery_to_the_total_before_the_order_is_placed_and_shows_both_on_it()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync(), 2);
        await visitor.GoAsync("/checkout");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£8.90");
        await Assertions.Expect(visitor.At("tax")).ToHaveTextAsync("Includes £1.48 tax (20 %)");
        await visitor.FillAddressAsync();
        await visitor.At("delivery-express").CheckAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£14.90");
        await Assertions.Expect(visitor.At("place")).ToHaveTextAsync("Place order and pay £14.90");
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed");
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£14.90");
        await Assertions.Expect(visitor.At("delivery")).ToHaveTextAsync("Express delivery");
        await Assertions.Expect(visitor.At("tax")).ToHaveTextAsync("Includes £2.48 tax (20 %)");
        await Assertions.Expect(visitor.At("order-address")).ToContainTextAsync("12 St James's Square");
        Assert.Empty(await visitor.SeriousFaultsAsync());
        Assert.True(visitor.Complaints.Count == 0, string.Join("; ", visitor.Complaints));
        await visitor.ShowAsync("order");
    }

    [Fact]
    public async Task Without_scripts_asks_again_with_the_total_of_another_delivery()
    {
        await using var visitor = await shop.NewVisitorAsync(scripts: false);
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync(), 2);
        await visitor.GoAsync("/checkout");
        await visitor.FillAddressAsync();
        await visitor.At("delivery-express").CheckAsync();
        await visitor.At("place").ClickAsync();
        await Assertions.Expect(visitor.At("checkout-fault")).ToContainTextAsync("£14.90");
        await visitor.At("delivery-standard").CheckAsync();
        await visitor.At("update").ClickAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£8.90");
        await Assertions.Expect(visitor.At("address-City")).ToHaveValueAsync("London");
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed", reloads: true);
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£8.90");
    }

    [Fact]
    public async Task What_is_fetched_needs_no_address()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.At("delivery-collect").CheckAsync();
        await Assertions.Expect(visitor.At("address-Name")).ToBeHiddenAsync();
        await Assertions.Expect(visitor.At("total")).ToHaveTextAsync("£2.50");
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed");
        await Assertions.Expect(visitor.At("order-address")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Offers_the_kept_address_the_next_time_and_another_one_too()
    {
        var sku = await shop.Shop.NewProductAsync();
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        await visitor.AddToBasketAsync(sku);
        await visitor.GoAsync("/checkout");
        var kept = visitor.Page.GetByRole(AriaRole.Radio, new() { Name = "12 St James's Square" });
        await Assertions.Expect(kept).ToBeCheckedAsync();
        await Assertions.Expect(visitor.At("address-Name")).ToBeHiddenAsync();
        await visitor.ShowAsync("checkout-kept");
        await visitor.At("to-new").CheckAsync();
        await visitor.FillAddressAsync("Charles Babbage");
        await visitor.At("keep").UncheckAsync();
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed");
        await Assertions.Expect(visitor.At("order-address")).ToContainTextAsync("Charles Babbage");
        await visitor.GoAsync("/profile");
        await Assertions.Expect(visitor.At("addresses").GetByRole(AriaRole.Listitem)).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Tries_another_method_after_a_decline_and_cancels_in_the_end()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.FillAddressAsync();
        await visitor.At("pay-tok_decline").CheckAsync();
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
        await Assertions.Expect(visitor.At("order-reason")).ToContainTextAsync("declined");
        await visitor.ShowAsync("order-declined");
        await visitor.At("again").ClickAsync();
        await visitor.At("checkout").ClickAsync();
        await visitor.At("place").ClickAsync();
        await visitor.BecomesAsync("Confirmed");
        await visitor.At("cancel").ClickAsync();
        await visitor.BecomesAsync("Cancelled");
        await Assertions.Expect(visitor.At("order-reason")).ToContainTextAsync("You cancelled it");
        await Assertions.Expect(visitor.At("cancel")).ToHaveCountAsync(0);
        await visitor.GoAsync("/orders");
        await visitor.ShowAsync("orders");
    }

    [Fact]
    public async Task Says_in_the_shops_words_why_the_shop_has_cancelled()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        await visitor.AddToBasketAsync(await shop.Shop.NewProductAsync());
        await visitor.GoAsync("/checkout");
        await visitor.PlaceAsync();
        await visitor.BecomesAsync("Confirmed");
        var order = await visitor.At("order-number").InnerTextAsync();
        await shop.Shop.SendAsync(
            HttpMethod.Post, $"/api/v1/orders/{order}/cancel", new CancelOrderRequest("It broke on the way."),
            shop.Shop.Operator);
        await visitor.BecomesAsync("Cancelled");
        await Assertions.Expect(visitor.At("order-words")).ToHaveTextAsync("The shop says: It broke on the way.");
    }
}
