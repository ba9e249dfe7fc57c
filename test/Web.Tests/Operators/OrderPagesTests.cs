using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;
using Tessera.Orders.Contracts;

namespace Tessera.Web.Tests.Operators;

/// <summary>How an operator finds an order, reads what became of it, and acts.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class OrderPagesTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Finds_an_order_by_what_is_known_of_it_and_tells_its_story(bool scripts)
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku, 2);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync(scripts);

        await me.GoAsync("/ops/orders");
        await me.At("sku").FillAsync(sku.ToLowerInvariant());
        await me.At("state").SelectOptionAsync("Confirmed");
        await me.At("find").ClickAsync();
        await me.At("orders").GetByRole(AriaRole.Link, new() { Name = order.Id.ToString() }).ClickAsync();
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Confirmed");
        await me.At("jump").FillAsync(order.Id.ToString());
        await me.At("jump").PressAsync("Enter");
        await Assertions.Expect(me.Page).ToHaveURLAsync($"http://127.0.0.1:{shop.Port}/ops/orders/{order.Id}");

        await Testing.Eventually.HoldsAsync("the story is whole", async () =>
        {
            await me.Page.ReloadAsync();
            var told = await me.At("moment").AllInnerTextsAsync();
            return told.Count(line => line.Contains("Stock has left the shelf", StringComparison.Ordinal)) == 2;
        });
        var services = await me.At("moment").EvaluateAllAsync<string[]>("all => all.map(it => it.dataset.service)");
        Assert.Equal(["inventory", "orders", "payments"], services.Distinct().Order());
        var sent = await me.At("event").EvaluateAllAsync<string[]>("all => all.map(it => it.dataset.status)");
        Assert.All(sent, status => Assert.Equal("sent", status));
        await Assertions.Expect(me.At("wait")).ToContainTextAsync("ready to be sent");
        await Assertions.Expect(me.At("wait")).ToHaveAttributeAsync("data-who", "operator");
        await Assertions.Expect(me.At("trace")).ToHaveTextAsync(new Regex("^[0-9a-f]{32}"));
        if (scripts) await me.ShowAsync("console-story-confirmed");
    }

    [Fact]
    public async Task Tells_the_same_story_after_the_services_that_keep_it_were_restarted()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = (await shop.Shop.PlaceAsync(buyer, sku)).Id;
        string[] before = [];
        await Testing.Eventually.HoldsAsync("the story is whole, and all of it is sent", async () =>
        {
            before = await MomentsAsync(order);
            return before.Count(moment => moment.Contains("Stock has left the shelf", StringComparison.Ordinal)) == 2
                && !before.Any(moment => moment.Contains("\"waiting\"", StringComparison.Ordinal));
        });
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order}");
        var shown = await me.At("moment").AllTextContentsAsync();
        foreach (var service in new[] { "orders", "inventory", "payments" }) await shop.RunAsync("restart", service);
        Assert.Equal(before, await MomentsAsync(order));
        await me.Page.ReloadAsync();
        Assert.Equal(shown, await me.At("moment").AllTextContentsAsync());
        Assert.Equal(before.Length, shown.Count);
    }

    [Fact]
    public async Task Finds_orders_by_their_buyer_and_by_a_reference()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var (other, reference) = (await shop.Shop.PlaceAsync(buyer, sku), $"PO {Guid.NewGuid():N}");
        using var placed = await shop.Shop.TryPlaceAsync(
            buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], Reference: reference));
        var order = (await placed.Content.ReadFromJsonAsync<OrderView>(TestContext.Current.CancellationToken))!.Id;
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync("/ops/orders");
        var found = me.At("orders").Locator("tbody tr");
        await me.At("q").FillAsync($" {reference} ");
        await me.At("find").ClickAsync();
        await Assertions.Expect(found).ToHaveCountAsync(1);
        await Assertions.Expect(found).ToContainTextAsync(order.ToString());
        await me.At("q").FillAsync(reference[..^1]); // A reference is known or not.
        await me.At("find").ClickAsync();
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
        await me.At("q").FillAsync(Operating.IdOf(buyer).ToString());
        await me.At("find").ClickAsync();
        await Assertions.Expect(found).ToHaveCountAsync(2); // The newest first.
        await Assertions.Expect(found.First).ToContainTextAsync(order.ToString());
        await Assertions.Expect(found.Last).ToContainTextAsync(other.Id.ToString());
        await me.Page.GetByLabel("Placed from (UTC)").FillAsync("2100-01-01T00:00");
        await me.At("find").ClickAsync();
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Ships_an_order_and_not_one_that_was_cancelled_meanwhile()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var (order, other) = (await shop.Shop.PlaceAsync(buyer, sku), await shop.Shop.PlaceAsync(buyer, sku));
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await shop.Shop.BecomesAsync(buyer, other.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order.Id}");
        await Assertions.Expect(me.At("wait")).ToContainTextAsync("ready to be sent");
        await me.At("ship").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("is shipped");
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Shipped");
        await Assertions.Expect(me.At("ship")).ToHaveCountAsync(0);
        await Assertions.Expect(me.At("cancel")).ToHaveCountAsync(0);
        Assert.Equal("Shipped", (await shop.Shop.OrderAsync(buyer, order.Id)).State);

        await me.GoAsync($"/ops/orders/{other.Id}");
        await Assertions.Expect(me.At("ship")).ToBeVisibleAsync();
        await shop.Shop.SendAsync(
            HttpMethod.Post, $"/api/v1/orders/{other.Id}/cancel", new CancelOrderRequest("as the customer asked"),
            shop.Shop.Operator);
        await me.At("ship").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("Not done");
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Cancelled");
        Assert.Equal("Cancelled", (await shop.Shop.OrderAsync(buyer, other.Id)).State);
    }

    [Fact]
    public async Task Shows_what_changes_while_somebody_looks_and_what_was_done()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku, 1, "tok_slow");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order.Id}");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Confirmed");

        await me.At("note").FillAsync("called twice");
        await me.At("save-note").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("note is saved");
        await Assertions.Expect(me.At("note")).ToHaveValueAsync("called twice");
        var other = await me.NewTabAsync();
        await other.GotoAsync($"/ops/orders/{order.Id}");
        await me.At("note").FillAsync("called three times");
        await me.At("save-note").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("note is saved");
        await other.GetByTestId("note").FillAsync("is on holiday");
        await other.GetByTestId("save-note").ClickAsync();
        await Assertions.Expect(other.GetByTestId("refused")).ToContainTextAsync("called three times");
        await Assertions.Expect(other.GetByTestId("note")).ToHaveValueAsync("called three times");
        Assert.Null((await shop.Shop.OrderAsync(buyer, order.Id)).Note);

        await me.At("reason").FillAsync("The lantern was broken. Sorry!");
        await me.At("cancel").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("is cancelled");
        Assert.Equal("The lantern was broken. Sorry!", (await shop.Shop.OrderAsync(buyer, order.Id)).CancelWords);
        await Assertions.Expect(me.At("story")).ToContainTextAsync("Payment is given back");
        await Assertions.Expect(me.At("ended")).ToBeVisibleAsync();
        await Assertions.Expect(me.At("cancel")).ToHaveCountAsync(0);
        await me.ShowAsync("console-story-cancelled");
    }

    [Fact]
    public async Task Says_why_what_is_asked_for_is_not_done()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order.Id}");
        await me.Page.EvaluateAsync("""document.querySelector("[data-test=reason]").required = false""");
        await me.At("cancel").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("Say why");
        Assert.Equal("Confirmed", (await shop.Shop.OrderAsync(buyer, order.Id)).State);
        await me.At("note").EvaluateAsync("field => field.removeAttribute('maxlength')");
        await me.At("note").FillAsync(new string('x', 1_001));
        await me.At("save-note").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("Not done");
        await Assertions.Expect(me.At("note")).ToHaveValueAsync("");
        Assert.Equal(404, await me.GoAsync($"/ops/orders/{Guid.NewGuid()}"));
        await me.GoAsync($"/ops/orders?q={Guid.NewGuid()}");
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
        await me.GoAsync("/ops/orders?sku=%20!");
        await Assertions.Expect(me.At("away")).ToBeVisibleAsync();
        await me.GoAsync("/ops/orders?from=2026-13-01"); // Left out, it would be another question.
        await Assertions.Expect(me.At("away")).ToBeVisibleAsync();
    }

    private async Task<string[]> MomentsAsync(Guid order)
    {
        using var story = JsonDocument.Parse(await shop.RunAsync("order", order.ToString(), "--json"));
        return [.. story.RootElement.GetProperty("moments").EnumerateArray().Select(moment => moment.GetRawText())];
    }
}
