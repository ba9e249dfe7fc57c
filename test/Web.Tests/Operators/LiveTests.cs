using Microsoft.Playwright;
using Tessera.EndToEnd;
using Tessera.Orders.Contracts;
using Tessera.Testing;

namespace Tessera.Web.Tests.Operators;

/// <summary>What changes is shown within a second.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class LiveTests(ShopInBrowser shop)
{
    [Fact]
    public async Task A_window_is_told_of_a_change_at_the_next_look_and_looks_are_less_than_a_second_apart()
    {
        var order = await ConfirmedAsync();
        await using var me = await shop.NewOperatorAsync();
        // What the server says: how often it looks, then nothing, then that there is a change, and no event before it.
        var told = await me.Page.EvaluateAsync<string[]>(
            """
            order => new Promise((done, failed) => {
                const told = [], events = new EventSource(`/ops/changes?of=${order}`);
                events.addEventListener("looking", async (event) => {
                    told.push(event.data);
                    const form = new URLSearchParams({ reason: "as the customer asked" });
                    await fetch(`/ops/orders/${order}/cancel`, { method: "POST", body: form });
                });
                events.addEventListener("changed", (event) => { told.push(event.data); events.close(); done(told); });
                events.addEventListener("ping", (event) => told.push(event.data));
                events.addEventListener("error", () => failed(new Error("the stream ended")));
            })
            """, order.ToString());
        Assert.Equal("changed", told[1]);
        Assert.Equal(2, told.Length);
        Assert.InRange(int.Parse(told[0], null), 1, 700); // With the time of a look itself, below a second.
    }

    [Fact]
    public async Task Two_windows_of_one_order_show_a_change_soon_after_it()
    {
        var order = await ConfirmedAsync();
        await using var me = await shop.NewOperatorAsync();
        var second = await me.Page.Context.NewPageAsync();
        await me.GoAsync($"/ops/orders/{order}");
        await second.GotoAsync(me.Page.Url);
        foreach (var page in new[] { me.Page, second })
        {
            await Assertions.Expect(page.GetByTestId("live-state")).ToHaveTextAsync("Live.");
            await page.EvaluateAsync(
                """
                () => {
                    window.shown = new Promise((done) => new MutationObserver(() => {
                        if (document.querySelector("[data-test=state]").dataset.state === "Cancelled") done(Date.now());
                    }).observe(document.body, { subtree: true, childList: true, attributes: true }));
                }
                """);
        }
        var began = await me.Page.EvaluateAsync<double>(
            """
            async (order) => {
                const began = Date.now(), form = new URLSearchParams({ reason: "as the customer asked" });
                await fetch(`/ops/orders/${order}/cancel`, { method: "POST", body: form, redirect: "manual" });
                return began;
            }
            """, order.ToString());
        var took = new List<double>();
        foreach (var page in new[] { me.Page, second })
            took.Add(await page.EvaluateAsync<double>("() => window.shown") - began);
        // Below a second on a machine of its own, with the deed itself: how often is looked, WatchersTests hold.
        TestContext.Current.TestOutputHelper?.WriteLine($"Shown after {string.Join(" and ", took)} ms");
        Assert.All(took, each => Assert.InRange(each, 0, Eventually.Bound.TotalMilliseconds));
    }

    [Fact]
    public async Task A_window_that_was_refused_tries_again_and_shows_what_comes()
    {
        var order = await ConfirmedAsync();
        await using var me = await shop.NewOperatorAsync();
        // As the gateway answers while the console starts anew.
        await me.Page.RouteAsync(
            "**/ops/changes?*", route => route.FulfillAsync(new() { Status = 503 }), new() { Times = 2 });
        await me.GoAsync($"/ops/orders/{order}");
        await me.Page.EvaluateAsync("window.isTheSame = true");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await CancelAsync(order);
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Cancelled");
        Assert.True(await me.Page.EvaluateAsync<bool>("window.isTheSame === true"));
    }

    [Fact]
    public async Task A_window_whose_session_has_ended_leads_to_the_sign_in()
    {
        await using var me = await shop.NewOperatorAsync();
        await me.Page.RouteAsync("**/ops/changes?*", async route =>
        {
            await me.Page.Context.ClearCookiesAsync();
            await route.FulfillAsync(new() { Status = 503 });
        }, new() { Times = 1 });
        await me.GoAsync("/ops");
        await Assertions.Expect(me.Page.GetByLabel("E-mail address")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task What_is_new_while_the_focus_is_in_the_live_part_is_told_of_and_shown_when_it_leaves()
    {
        var order = await ConfirmedAsync();
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order}");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await me.At("log").FocusAsync();
        await CancelAsync(order);
        await Assertions.Expect(me.At("live-state")).ToContainTextAsync("Something is new");
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Confirmed");
        await Assertions.Expect(me.At("log")).ToBeFocusedAsync();
        await me.At("jump").FocusAsync();
        await Assertions.Expect(me.At("state")).ToHaveAttributeAsync("data-state", "Cancelled");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
    }

    private async Task<Guid> ConfirmedAsync()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        return order.Id;
    }

    private Task CancelAsync(Guid order) => shop.Shop.SendAsync(
        HttpMethod.Post, $"/api/v1/orders/{order}/cancel", new CancelOrderRequest("as the customer asked"),
        shop.Shop.Operator);
}
