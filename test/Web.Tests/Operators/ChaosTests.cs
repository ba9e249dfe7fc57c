using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>A store whose operators may stop, freeze and kill its services.</summary>
public sealed class ChaoticShop : ShopInBrowser
{
    public ChaoticShop() => UpWords = ["--chaos"];
}

/// <summary>Chaos for people.</summary>
[Collection(nameof(ChaoticShop))]
public sealed class ChaosTests(ChaoticShop shop)
{
    [Fact]
    public async Task Stops_freezes_and_kills_a_service_and_keeps_who_did()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        await using var me = await shop.NewOperatorAsync();
        await me.At("nav-chaos").ClickAsync();
        await Assertions.Expect(Process(me, "inventory")).ToHaveAttributeAsync("data-state", "ready");
        await Process(me, "inventory").GetByTestId("stop").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("stop inventory");
        await Assertions.Expect(Process(me, "inventory")).ToHaveAttributeAsync("data-state", "held");
        await me.ShowAsync("console-chaos");
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await Process(me, "inventory").GetByTestId("start").ClickAsync();
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");

        await me.GoAsync("/ops/chaos");
        await Process(me, "payments").GetByTestId("freeze").ClickAsync();
        await Assertions.Expect(Process(me, "payments")).ToHaveAttributeAsync("data-state", "unready");
        var late = await shop.Shop.PlaceAsync(buyer, sku);
        await Process(me, "payments").GetByTestId("thaw").ClickAsync();
        await shop.Shop.BecomesAsync(buyer, late.Id, "Confirmed");

        var before = (await shop.ServiceAsync("orders")).GetProperty("restarts").GetInt32();
        await me.GoAsync("/ops/chaos");
        await Process(me, "orders").GetByTestId("kill").ClickAsync();
        await Testing.Eventually.HoldsAsync("orders was started again", async () =>
            (await shop.ServiceAsync("orders")) is var now && now.GetProperty("restarts").GetInt32() > before
            && now.GetProperty("state").GetString() == "ready");
        await Testing.Eventually.HoldsAsync(
            "the record is shown", async () => await me.GoAsync("/ops/record") == 200);
        await Assertions.Expect(me.At("done-acts").Locator("tbody tr")).ToHaveCountAsync(5);
        await Assertions.Expect(me.At("done-acts")).ToContainTextAsync("kill orders");
        Assert.Empty(await me.SeriousFaultsAsync());
    }

    [Fact]
    public async Task Does_nothing_to_what_could_not_be_brought_back_nor_for_who_is_no_operator()
    {
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync("/ops/chaos");
        Assert.Equal(0, await Process(me, "ops").GetByTestId("stop").CountAsync());
        foreach (var path in new[] { "ops/stop", "gateway/freeze", "orders/explode", "nobody/kill" })
            Assert.Equal(404, await PostAsync(me, path));
        Assert.Empty(await me.SeriousFaultsAsync());
        await me.Page.SetViewportSizeAsync(390, 844);
        Assert.InRange(await me.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 1, 390);
        await me.ShowAsync("console-chaos-narrow");
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        Assert.Equal(404, await visitor.GoAsync("/ops/chaos"));
        Assert.Equal(404, await PostAsync(visitor, "orders/kill"));
        Assert.Equal(0, (await shop.ServiceAsync("gateway")).GetProperty("restarts").GetInt32());
    }

    internal static Task<int> PostAsync(Visitor visitor, string path) => visitor.Page.EvaluateAsync<int>(
        "path => fetch(`/ops/chaos/${path}`, { method: 'POST' }).then(it => it.status)", path);

    private static ILocator Process(Visitor me, string name) =>
        me.Page.Locator($"[data-test=process][data-process={name}]");
}
