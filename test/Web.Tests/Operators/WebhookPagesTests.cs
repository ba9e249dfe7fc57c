using System.Net.Http.Json;
using Microsoft.Playwright;
using Tessera.EndToEnd;
using Tessera.Testing;
using Tessera.Testing.Services;
using Tessera.Webhooks.Contracts;

namespace Tessera.Web.Tests.Operators;

/// <summary>Where the shop sends webhooks to, how that goes, and what an operator does about it.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class WebhookPagesTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_operator_sees_what_failed_and_redelivers_it_with_a_reason(bool scripts)
    {
        await using var partner = await Partner.StartAsync();
        partner.AnswersWith(410); // Ends it at once, so that something has failed.
        var endpoint = await RegisterAsync(partner, "A partner that went away");
        await TestAsync(endpoint);
        await using var me = await shop.NewOperatorAsync(scripts);
        await BecomesAsync(me, $"/ops/webhooks/{endpoint}", "ended");
        await me.GoAsync("/ops/webhooks");
        var row = me.Page.Locator($"[data-endpoint='{endpoint}']");
        await Assertions.Expect(row.GetByTestId("state")).ToHaveTextAsync("ended");
        await Assertions.Expect(row.GetByTestId("rate")).ToHaveTextAsync("0 %");
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(me.At("because")).ToContainTextAsync("410");

        partner.AnswersWith(200);
        await me.At("reason").FillAsync("they are back");
        await me.At("resume").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("resumed");
        await me.At("redeliver-failed").ClickAsync();
        await Assertions.Expect(me.At("count")).ToHaveTextAsync("1");
        await me.At("reason").FillAsync("they lost it");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync("1 delivery waits");
        await partner.GetsAsync(2);
        Assert.Single(partner.Received.Select(each => each.Id).Distinct());
        await Eventually.HoldsAsync("the page says that it was taken", async () =>
        {
            await me.GoAsync($"/ops/webhooks/{endpoint}?state=Delivered");
            return await me.At("delivery").CountAsync() == 1;
        });
        await Assertions.Expect(me.At("acts")).ToContainTextAsync("they lost it");
        await Assertions.Expect(me.At("acts")).ToContainTextAsync("they are back");

        await me.At("see").ClickAsync();
        await Assertions.Expect(me.At("tries").Locator("tbody tr")).ToHaveCountAsync(2);
        await Assertions.Expect(me.At("tries")).ToContainTextAsync("It answered 410.");
        await Assertions.Expect(me.At("body")).ToContainTextAsync("webhook.test.v1");
        await me.At("reason").FillAsync("once more");
        await me.At("redeliver").ClickAsync();
        await Assertions.Expect(me.At("done")).ToBeVisibleAsync();
        await partner.GetsAsync(3);

        await me.GoAsync($"/ops/webhooks/{endpoint}");
        await me.At("reason").FillAsync("they asked for it");
        await me.At("pause").ClickAsync();
        await Assertions.Expect(me.At("facts").GetByTestId("state")).ToHaveTextAsync("paused");
        Assert.Empty(me.TakeComplaints());
    }

    [Fact]
    public async Task The_endpoint_s_page_shows_by_itself_what_has_just_been_delivered()
    {
        await using var partner = await Partner.StartAsync();
        var endpoint = await RegisterAsync(partner, null);
        await using var me = await shop.NewOperatorAsync();
        await me.GoAsync($"/ops/webhooks/{endpoint}");
        await Assertions.Expect(me.At("live-state")).ToHaveTextAsync("Live.");
        await TestAsync(endpoint);
        await Assertions.Expect(me.At("delivery").GetByTestId("state")).ToHaveTextAsync("delivered");
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Every_page_has_one_heading_room_on_a_telephone_and_nothing_that_axe_finds_serious(
        ColorScheme colors)
    {
        await using var partner = await Partner.StartAsync();
        partner.AnswersWith(500);
        var endpoint = await RegisterAsync(partner, "Sends what happens to the warehouse in the north");
        await TestAsync(endpoint);
        await partner.GetsAsync(1);
        await using var me = await shop.NewOperatorAsync(colors: colors);
        await BecomesAsync(me, $"/ops/webhooks/{endpoint}", "active");
        var delivery = await me.At("see").First.GetAttributeAsync("href");
        var faults = new List<string>();
        foreach (var (name, path) in new[]
        {
            ("webhooks", "/ops/webhooks"), ("webhook", $"/ops/webhooks/{endpoint}"), ("delivery", delivery!),
            ("redeliver", $"/ops/webhooks/{endpoint}/redeliver"),
        })
        {
            Assert.Equal(200, await me.GoAsync(path));
            if (await me.Page.Locator("h1").CountAsync() != 1) faults.Add($"{name} has not one heading");
            faults.AddRange((await me.SeriousFaultsAsync()).Select(fault => $"{name}: {fault}"));
            await me.ShowAsync($"console-{name}-wide-{colors}");
            await me.Page.SetViewportSizeAsync(390, 844);
            var width = await me.Page.EvaluateAsync<int>("document.documentElement.scrollWidth");
            if (width > 390) faults.Add($"{name} is {width} pixels wide where 390 are");
            await me.ShowAsync($"console-{name}-narrow-{colors}");
            await me.Page.SetViewportSizeAsync(1280, 900);
            faults.AddRange(me.TakeComplaints().Select(said => $"{name}: {said}"));
        }
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    private async Task<Guid> RegisterAsync(Partner partner, string? description)
    {
        using var answer = await shop.Shop.TryAsync(HttpMethod.Post, "/api/v1/webhooks", new RegisterEndpointRequest(
            partner.Url(), [PublicOrderPlaced.Type], Description: description), shop.Shop.Operator);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<RegisteredEndpoint>())!.Endpoint.Id;
    }

    private async Task TestAsync(Guid endpoint)
    {
        using var answer = await shop.Shop.TryAsync(
            HttpMethod.Post, $"/api/v1/webhooks/{endpoint}/test", null, shop.Shop.Operator);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static Task BecomesAsync(Visitor me, string page, string state) => Eventually.HoldsAsync(
        $"{page} says {state}", async () =>
        {
            await me.GoAsync(page);
            return await me.At("facts").GetByTestId("state").TextContentAsync() == state
                && await me.At("delivery").CountAsync() > 0;
        });
}
