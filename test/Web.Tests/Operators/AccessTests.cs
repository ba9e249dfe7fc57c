using System.Net;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>Who gets to see the console.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class AccessTests(ShopInBrowser shop)
{
    private static readonly string[] pages =
    [
        "/ops", "/ops/orders", $"/ops/orders/{Guid.Empty}", "/ops/messaging", "/ops/parked", "/ops/parked/acts",
        $"/ops/orders/{Guid.Empty}/log", "/ops/products", "/ops/products/TEA", "/ops/customers", "/ops/acting",
        $"/ops/customers/{Guid.Empty}", "/ops/record", $"/ops/parked/payments/messages/{Guid.Empty}/change",
        $"/ops/parked/payments/changes/{Guid.Empty}",
        "/ops/parked/payments", "/ops/parked/payments/discard?stream=orders", "/ops/changes?of=overview",
        "/ops/webhooks", $"/ops/webhooks/{Guid.Empty}", $"/ops/webhooks/{Guid.Empty}/deliveries/{Guid.Empty}",
        $"/ops/webhooks/{Guid.Empty}/redeliver",
    ];

    [Fact]
    public async Task Who_is_not_signed_in_is_sent_to_sign_in_and_comes_back()
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
        foreach (var page in pages)
        {
            using var answer = await http.GetAsync(
                new Uri($"http://127.0.0.1:{shop.Port}{page}"), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
            Assert.StartsWith("/connect/authorize", answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
        }
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInAtConsoleAsync(shop);
        Assert.EndsWith("/ops", visitor.Page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task To_a_customer_no_page_is_there()
    {
        await using var visitor = await shop.NewVisitorAsync();
        await visitor.SignInNewAsync();
        foreach (var page in pages)
        {
            Assert.Equal(404, await visitor.GoAsync(page));
            await Assertions.Expect(visitor.At("fault")).ToBeVisibleAsync();
        }
        var status = await visitor.Page.EvaluateAsync<int>(
            """() => fetch("/ops/parked/payments/discard?stream=orders", { method: "POST" }).then(it => it.status)""");
        Assert.Equal(404, status);
        Assert.Equal(0, await visitor.Page.GetByRole(AriaRole.Navigation).CountAsync());
    }

    [Fact]
    public async Task Gives_the_browser_no_token_and_ends_with_the_sign_out()
    {
        await using var me = await shop.NewOperatorAsync();
        var session = (await me.CookiesAsync()).Single(cookie => cookie.Name == "tessera-ops");
        Assert.True(session.HttpOnly);
        Assert.DoesNotContain("eyJ", session.Value, StringComparison.Ordinal);
        Assert.DoesNotContain("eyJ", await me.Page.ContentAsync(), StringComparison.Ordinal);
        await me.At("sign-out").ClickAsync();
        // Back at the console, where nobody is signed in any more.
        await Assertions.Expect(me.Page.GetByLabel("E-mail address")).ToBeVisibleAsync();
        await using var thief = await shop.NewVisitorAsync();
        await thief.TakeCookieAsync(session);
        await thief.GoAsync("/ops/orders");
        await Assertions.Expect(thief.Page.GetByLabel("E-mail address")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Without_the_console_the_store_sells_on_and_its_return_signs_nobody_out()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        await using var me = await shop.NewOperatorAsync();
        await shop.RunAsync("stop", "ops");
        try
        {
            Assert.Equal(502, await me.GoAsync("/ops"));
            var order = await shop.Shop.PlaceAsync(buyer, sku);
            await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
            Assert.Equal(200, await me.GoAsync("/"));
        }
        finally
        {
            await shop.RunAsync("start", "ops");
        }
        await Testing.Eventually.HoldsAsync(
            "the console is back", async () => await me.GoAsync("/ops/orders") == 200);
        await Assertions.Expect(me.At("nav-orders")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task There_is_no_chaos_in_a_store_that_was_not_started_for_it()
    {
        await using var me = await shop.NewOperatorAsync();
        Assert.Equal(0, await me.At("nav-chaos").CountAsync());
        Assert.Equal(404, await me.GoAsync("/ops/chaos"));
        Assert.Equal(404, await ChaosTests.PostAsync(me, "orders/kill"));
        Assert.Equal(404, await me.GoAsync("/ops/changes?of=chaos"));
    }

    [Fact]
    public async Task Takes_no_form_from_another_site()
    {
        await using var me = await shop.NewOperatorAsync();
        await using var elsewhere = await ForeignSite.StartAsync(
            $"http://127.0.0.1:{shop.Port}/ops/parked/payments/discard?stream=orders");
        await me.Page.GotoAsync(elsewhere.Address);
        await me.Page.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(me.At("fault")).ToContainTextAsync("from another place");
    }
}
