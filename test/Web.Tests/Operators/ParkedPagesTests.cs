using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>How an operator finds what could not be handled, and decides about it once.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ParkedPagesTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shows_a_poison_event_with_its_cause_and_followers_and_discards_it_with_a_reason(bool scripts)
    {
        await using var me = await shop.NewOperatorAsync(scripts);
        var key = await shop.PoisonPaymentsAsync(follower: true);
        await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments?key={key}");
            return await me.At("message").CountAsync() == 2;
        });
        await me.GoAsync("/ops/parked");
        var cause = me.Page.Locator("[data-test=cause][data-service=payments]").First;
        await Assertions.Expect(cause).ToContainTextAsync("payment requested");
        if (scripts) await me.ShowAsync("console-causes");

        await me.GoAsync($"/ops/parked/payments?key={key}");
        await me.At("message").First.ClickAsync();
        await Assertions.Expect(me.At("reason")).Not.ToBeEmptyAsync();
        await Assertions.Expect(me.At("body")).ToContainTextAsync("\"order\": \"none\"");
        await Assertions.Expect(me.At("body")).Not.ToContainTextAsync("ada@example.org");
        await Assertions.Expect(me.At("of-key").Locator("tbody tr")).ToHaveCountAsync(2);
        if (scripts) await me.ShowAsync("console-message");

        await me.At("replay-key").ClickAsync();
        await Assertions.Expect(me.At("count")).ToHaveTextAsync("2");
        await me.At("reason").FillAsync("perhaps it was the weather");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("2 messages will be handled again");

        await me.GoAsync($"/ops/parked/payments/discard?key={key}");
        await Assertions.Expect(me.At("count")).ToHaveTextAsync("2");
        await me.At("reason").FillAsync("a test wrote it");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("2 messages discarded");
        await me.GoAsync($"/ops/parked/payments?key={key}");
        await Assertions.Expect(me.At("none")).ToBeVisibleAsync();
        await me.GoAsync("/ops/parked/acts");
        var acts = me.At("acts").Locator("tr", new() { HasText = key.ToString() });
        await Assertions.Expect(acts).ToHaveCountAsync(2);
        await Assertions.Expect(acts.First).ToContainTextAsync("a test wrote it");
        await Assertions.Expect(acts.Last).ToContainTextAsync("perhaps it was the weather");
        if (scripts) await me.ShowAsync("console-acts");
    }

    [Fact]
    public async Task Discards_one_message_and_leaves_the_others_of_its_key_or_discards_the_key()
    {
        await using var me = await shop.NewOperatorAsync();
        var key = await shop.PoisonPaymentsAsync(follower: true);
        await HasParkedAsync(me, key, 2);
        var ids = await me.At("message").AllInnerTextsAsync();
        await me.At("message").Last.ClickAsync();
        await me.At("discard-one").ClickAsync();
        await DiscardAsync(me, "1");
        await HasParkedAsync(me, key, 1);
        Assert.Equal(ids[0], await me.At("message").InnerTextAsync());

        var other = await shop.PoisonPaymentsAsync(follower: true);
        await HasParkedAsync(me, other, 2);
        await me.At("message").First.ClickAsync();
        await me.At("discard-key").ClickAsync();
        await DiscardAsync(me, "2");
        await HasParkedAsync(me, other, 0);
        await HasParkedAsync(me, key, 1);
        await me.At("message").ClickAsync();
        await me.At("discard-key").ClickAsync();
        await DiscardAsync(me, "1");
        await HasParkedAsync(me, key, 0);
    }

    [Fact]
    public async Task Is_filtered_by_type_by_reason_and_by_time()
    {
        await using var me = await shop.NewOperatorAsync();
        await shop.ParkManyAsync("sieve", 3);
        await me.GoAsync("/ops/parked/payments?stream=sieve");
        await Assertions.Expect(me.At("message")).ToHaveCountAsync(3);
        var from = me.Page.GetByLabel("Parked from (UTC)");
        var to = me.Page.GetByLabel("to (UTC)", new() { Exact = true });
        foreach (var (field, words, count) in new (ILocator, string, int)[]
        {
            (me.At("type"), "orders.order-cancelled.v1", 0), (me.At("type"), "orders.payment-requested.v1", 3),
            (me.At("cause"), "Out of time *", 0), (me.At("cause"), "Out of luck *", 3),
            (from, "2100-01-01T00:00", 0), (from, "2020-01-01T00:00", 3),
            (to, "2020-01-01T00:00", 0), (to, "2100-01-01T00:00", 3),
        })
        {
            await field.FillAsync(words);
            await me.At("find").ClickAsync();
            await Assertions.Expect(me.At(count == 0 ? "none" : "parked")).ToBeVisibleAsync();
            await Assertions.Expect(me.At("message")).ToHaveCountAsync(count);
            await Assertions.Expect(field).ToHaveValueAsync(words);
        }
        // What is asked for is what the list showed, all filters together.
        await me.At("discard").ClickAsync();
        await Assertions.Expect(me.At("count")).ToHaveTextAsync("3");
        await me.At("reason").FillAsync("a test wrote them");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("3 messages discarded");
    }

    [Fact]
    public async Task Acts_once_however_often_it_is_asked_and_not_when_it_is_another_number_by_then()
    {
        await using var me = await shop.NewOperatorAsync();
        var key = await shop.PoisonPaymentsAsync();
        await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments/discard?key={key}");
            return await me.At("do").CountAsync() == 1;
        });
        await me.At("reason").FillAsync("twice");
        // As two clicks would that no script holds back.
        var ends = await me.Page.EvaluateAsync<string[]>(
            """
            () => {
                const form = document.querySelector("main form.act");
                const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
                return Promise.all([send(), send(), send()]).then(all => all.map(it => new URL(it.url).search));
            }
            """);
        Assert.All(ends, end => Assert.Equal("?done=discard&count=1", end));
        await me.GoAsync("/ops/parked/acts");
        await Assertions.Expect(
            me.At("acts").Locator("tr", new() { HasText = key.ToString() })).ToHaveCountAsync(1);

        var other = await shop.PoisonPaymentsAsync();
        await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments/discard?key={other}");
            return await me.At("do").CountAsync() == 1;
        });
        await me.Page.EvaluateAsync("""document.querySelector("[name=expected]").value = "7" """);
        await me.At("reason").FillAsync("an old window");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("look again");
        await me.At("reason").FillAsync("   ");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("say why");
        await me.At("reason").FillAsync("now");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("1 message discarded");
    }

    [Fact]
    public async Task The_story_of_the_order_leads_to_what_is_parked_for_it()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/orders/{order.Id}");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await shop.PoisonPaymentsAsync(key: order.Id);
        await Assertions.Expect(me.At("see-parked")).ToBeVisibleAsync(); // Without a reload.
        await Assertions.Expect(me.At("wait").First).ToContainTextAsync("Payments could not handle payment requested");
        await me.ShowAsync("console-story-stuck");
        var told = await shop.RunAsync("order", order.Id.ToString());
        Assert.Contains("STUCK: Payments could not handle payment requested", told, StringComparison.Ordinal);
        Assert.Contains(
            $"tessera parked replay --service payments --key {order.Id}", told, StringComparison.Ordinal);
        await me.At("see-parked").ClickAsync();
        await Assertions.Expect(me.At("reason")).Not.ToBeEmptyAsync();
        Assert.Contains("payments: 1 would be concerned", await shop.RunAsync(
            "parked", "discard", "--key", order.Id.ToString(), "--dry-run"), StringComparison.Ordinal);
        var silent = await shop.TryAsync("parked", "discard", "--key", order.Id.ToString());
        Assert.Contains("--reason", silent.Error, StringComparison.Ordinal);
        Assert.Contains("\"payments\":1", await shop.RunAsync(
            "parked", "discard", "--key", order.Id.ToString(), "--reason", "a test wrote it", "--json"),
            StringComparison.Ordinal);
    }

    private static async Task DiscardAsync(Visitor me, string count)
    {
        await Assertions.Expect(me.At("count")).ToHaveTextAsync(count);
        await me.At("reason").FillAsync("a test wrote it");
        await me.At("do").ClickAsync();
        var words = count == "1" ? "1 message discarded" : $"{count} messages discarded";
        await Assertions.Expect(me.At("done")).ToContainTextAsync(words);
    }

    /// <summary>The list of the key is open then.</summary>
    private static Task HasParkedAsync(Visitor me, Guid key, int count) =>
        Testing.Eventually.HoldsAsync($"{count} are parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments?key={key}");
            return await me.At("message").CountAsync() == count;
        });
}
