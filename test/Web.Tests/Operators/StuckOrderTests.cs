using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>Why an order is stuck is found in the console alone: from its first page, by the order's number. Of a
/// service that is stopped <see cref="ConsolePagesTests"/> tells, of a poison event <see cref="ParkedPagesTests"/>.
/// </summary>
[Collection(nameof(ShopInBrowser))]
public sealed class StuckOrderTests(ShopInBrowser shop)
{
    private static readonly Regex toldOfWhen = new(@"since[\s\S]+until[\s\S]+An operator must act");

    [Fact]
    public async Task A_broker_that_is_frozen()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        await using var me = await shop.NewOperatorAsync();
        var frozen = await shop.HoldBrokerAsync();
        try
        {
            var order = (await shop.Shop.PlaceAsync(buyer, sku)).Id;
            var wait = await FindAsync(me, order, "the broker does not have it yet");
            await Assertions.Expect(wait).ToContainTextAsync("Orders has said order placed");
            await Assertions.Expect(wait).ToContainTextAsync("since");
            // On its way for a moment is no trouble. It turns by the time alone, while somebody looks.
            await Assertions.Expect(wait)
                .ToContainTextAsync("An operator must act. The broker is away, frozen or slow");
            await Assertions.Expect(me.At("event").First).ToHaveAttributeAsync("data-status", "waiting");
            await me.ShowAsync("stuck-broker-frozen");
            await me.At("nav-overview").ClickAsync();
            await Assertions.Expect(me.Page.Locator("[data-test=trouble][data-service=broker]"))
                .ToContainTextAsync("frozen");
            await me.GoAsync($"/ops/orders/{order}");
            await frozen.DisposeAsync();
            await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Confirmed");
        }
        finally
        {
            await frozen.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_key_that_the_broker_refuses()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = (await shop.Shop.PlaceAsync(buyer, sku)).Id;
        await shop.Shop.BecomesAsync(buyer, order, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await shop.HoldKeyAsync(order);
        try
        {
            var wait = await FindAsync(me, order, "The broker refuses what Orders says of this order");
            await Assertions.Expect(wait).ToContainTextAsync("Messaging:Embedded:BodySizeBytesMax allows 4194304");
            await Assertions.Expect(wait).ToContainTextAsync(toldOfWhen);
            await Assertions.Expect(wait).ToContainTextAsync("tried again by itself");
            await me.ShowAsync("stuck-held-key");
            await me.At("nav-overview").ClickAsync();
            await Assertions.Expect(me.Page.Locator("[data-test=trouble][data-service=orders]").First)
                .ToContainTextAsync("1 key is held back");
            await me.At("nav-messaging").ClickAsync();
            await Assertions.Expect(me.At("held")).ToContainTextAsync(order.ToString());
            await me.GoAsync($"/ops/orders/{order}");
        }
        finally
        {
            await shop.FreeKeyAsync(order);
        }
        await Testing.Eventually.HoldsAsync("the page says that it waits for nothing but its parcel", async () =>
        {
            await shop.FreeKeyAsync(order); // A try that was under way has held the key once more.
            return (await me.At("wait").First.InnerTextAsync()).Contains("ready to be sent", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_refund_that_the_provider_declines()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = (await shop.Shop.PlaceAsync(buyer, sku, payment: "tok_refund_declined")).Id;
        await shop.Shop.BecomesAsync(buyer, order, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order}");
        await me.At("reason").FillAsync("The lantern was broken. Sorry!");
        await me.At("cancel").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("is cancelled");
        var wait = await FindAsync(me, order, "The payment provider did not give the money back");
        await Assertions.Expect(wait).ToContainTextAsync("its account is closed");
        await Assertions.Expect(wait).ToContainTextAsync(toldOfWhen);
        await Assertions.Expect(wait).ToContainTextAsync("settle it with the provider");
        // It goes on asking, and the page with it.
        await Assertions.Expect(
            me.At("moment").Filter(new() { HasText = "The provider did not do the refund: attempt" }).Nth(2))
            .ToBeVisibleAsync();
        await me.ShowAsync("stuck-declined-refund");
        Assert.Equal(250, (await shop.Shop.PaymentAsync(buyer, order)).CapturedMinor);
    }

    /// <returns>What the page says first, once it says so.</returns>
    private static async Task<ILocator> FindAsync(Visitor me, Guid order, string why)
    {
        await me.GoAsync("/ops");
        await me.At("jump").FillAsync(order.ToString());
        await me.At("jump").PressAsync("Enter");
        await Assertions.Expect(me.Page.GetByRole(AriaRole.Heading, new() { Name = "It is stuck" })).ToBeVisibleAsync();
        await Assertions.Expect(me.At("wait").First).ToContainTextAsync(why);
        await Assertions.Expect(me.At("wait").First).ToHaveAttributeAsync("data-who", "operator");
        return me.At("wait").First;
    }
}
