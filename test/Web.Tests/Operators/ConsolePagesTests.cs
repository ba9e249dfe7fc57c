using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>What holds for every page of the console.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ConsolePagesTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_page_has_one_heading_room_on_a_telephone_and_nothing_that_axe_finds_serious(
        ColorScheme colors)
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = (await shop.Shop.PlaceAsync(buyer, sku)).Id;
        await shop.Shop.BecomesAsync(buyer, order, "Confirmed");
        await using var me = await shop.NewOperatorAsync(colors: colors);
        var key = await shop.PoisonPaymentsAsync(follower: true, key: order);
        await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments?key={key}");
            return await me.At("message").CountAsync() == 2;
        });
        var message = await me.At("message").First.GetAttributeAsync("href");
        var faults = new List<string>();
        foreach (var (name, path) in new[]
        {
            ("overview", "/ops"), ("orders", "/ops/orders"), ("story", $"/ops/orders/{order}"),
            ("messaging", "/ops/messaging"), ("causes", "/ops/parked"), ("list", "/ops/parked/payments"),
            ("message", message!), ("confirm", $"/ops/parked/payments/discard?key={key}"), ("acts", "/ops/parked/acts"),
            ("change", message + "/change"), ("log", $"/ops/orders/{order}/log"), ("products", "/ops/products"),
            ("low", "/ops/products?below=5"), ("product", $"/ops/products/{sku}"), ("customers", "/ops/customers"),
            ("customer", $"/ops/customers/{Operating.IdOf(buyer)}"), ("record", "/ops/record"),
            ("nowhere", "/ops/nowhere"),
        })
        {
            await me.GoAsync(path);
            faults.AddRange(await FaultsHereAsync(me, $"{name}-{colors}"));
        }
        await me.GoAsync(message + "/change");
        await me.At("body").FillAsync(ChangedBodyTests.Body(key));
        await me.At("reason").FillAsync("the order's number was missing");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("after-id")).ToBeVisibleAsync();
        faults.AddRange(await FaultsHereAsync(me, $"changed-{colors}"));
        await me.GoAsync($"/ops/customers/{Operating.IdOf(buyer)}");
        await me.At("reason").FillAsync("asked by telephone");
        await me.At("act").ClickAsync();
        await Assertions.Expect(me.At("place")).ToBeVisibleAsync();
        faults.AddRange(await FaultsHereAsync(me, $"acting-{colors}"));
        await shop.RunAsync("parked", "discard", "--key", key.ToString(), "--reason", "a test wrote it");
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private static async Task<List<string>> FaultsHereAsync(Visitor me, string name)
    {
        var faults = new List<string>();
        if (await me.Page.Locator("h1").CountAsync() != 1) faults.Add("it has not one heading");
        faults.AddRange(await me.SeriousFaultsAsync());
        await me.ShowAsync($"console-{name}-wide");
        await me.Page.SetViewportSizeAsync(390, 844);
        var width = await me.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
        if (width > 390) faults.Add($"it is {width} pixels wide where 390 are");
        await me.ShowAsync($"console-{name}-narrow");
        await me.Page.SetViewportSizeAsync(1280, 900);
        faults.AddRange(me.TakeComplaints().Where(said => me.Status < 400 || !said.Contains($"{me.Status}")));
        return [.. faults.Select(fault => $"{name}: {fault}")];
    }

    [Fact]
    public async Task Tells_the_browser_to_run_nothing_that_is_not_the_console_s()
    {
        using var answer = await shop.Shop.Http.GetAsync(
            new Uri("/ops/nowhere", UriKind.Relative), TestContext.Current.CancellationToken);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messaging_shows_each_service_and_who_reads_what()
    {
        await using var me = await shop.NewOperatorAsync();
        await me.At("nav-messaging").ClickAsync();
        await Assertions.Expect(me.At("services").Locator("tbody tr"))
            .ToHaveCountAsync(ListedProcesses.WithMessages.Count);
        var row = me.At("subscriptions").Locator("tr", new() { HasText = "payments" })
            .Filter(new() { HasText = "orders" }).First;
        await Assertions.Expect(row).Not.ToContainTextAsync("nobody");
        await shop.Shop.NewProductAsync(); // Orders is told of it.
        var orders = me.Page.Locator("[data-test=service][data-service=orders]");
        await Testing.Eventually.HoldsAsync("it says when Orders has handled a message last", async () =>
        {
            await me.Page.ReloadAsync();
            return (await orders.GetByTestId("handled").InnerTextAsync()).EndsWith(" ago", StringComparison.Ordinal);
        });
        await Assertions.Expect(orders.GetByTestId("timers")).Not.ToContainTextAsync("overdue");
    }

    [Fact]
    public async Task A_service_that_stops_turns_red_while_somebody_looks_and_its_order_says_so()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        await using var me = await shop.NewOperatorAsync();
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await shop.RunAsync("stop", "inventory");
        try
        {
            await Assertions.Expect(me.Page.Locator("[data-test=trouble][data-service=inventory]").First)
                .ToBeVisibleAsync();
            await Assertions.Expect(me.Page.Locator("g[data-map=inventory]")).ToHaveClassAsync(new Regex("bad"));
            await me.ShowAsync("console-overview-red");
            var order = (await shop.Shop.PlaceAsync(buyer, sku)).Id;
            await me.GoAsync($"/ops/orders/{order}");
            await Assertions.Expect(me.At("silent")).ToContainTextAsync("inventory");
            await Assertions.Expect(me.At("wait").First).ToContainTextAsync("Inventory does not answer");
            await me.ShowAsync("console-story-silent");
            await shop.RunAsync("start", "inventory");
            await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Confirmed");
        }
        finally
        {
            await shop.RunAsync("start", "inventory");
        }
    }
}
