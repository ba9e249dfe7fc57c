using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>Ten thousand parked messages are one cause to who looks, and pages of them are bounded.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ManyParkedTests(ShopInBrowser shop)
{
    private const int Many = 10_000;

    [Fact]
    public async Task Ten_thousand_are_one_cause_lists_of_bounded_length_and_one_deed()
    {
        await using var me = await shop.NewOperatorAsync();
        await shop.ParkManyAsync("flood", Many);
        await me.GoAsync("/ops/parked");
        var cause = me.At("cause").Filter(new() { HasText = "Out of luck" });
        await Assertions.Expect(cause).ToHaveCountAsync(1);
        await Assertions.Expect(cause.GetByTestId("count")).ToHaveTextAsync($"{Many}");
        Assert.True((await me.Page.ContentAsync()).Length < 60_000);

        await me.GoAsync("/ops/parked/payments?stream=flood");
        for (var page = 0; page < 2; page++)
        {
            Assert.Equal(50, await me.At("message").CountAsync());
            Assert.True((await me.Page.ContentAsync()).Length < 120_000);
            await me.Page.GetByRole(AriaRole.Link, new() { Name = "More", Exact = true }).ClickAsync();
        }
        await me.GoAsync("/ops/messaging");
        await Assertions.Expect(me.Page.Locator("[data-test=service][data-service=payments]"))
            .ToContainTextAsync($"in {Many} keys");
        await me.GoAsync("/ops/parked/payments/discard?stream=flood");
        await Assertions.Expect(me.At("count")).ToHaveTextAsync($"{Many}");
        await me.At("reason").FillAsync("a test wrote them");
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("done")).ToContainTextAsync($"{Many} messages discarded");
        await me.GoAsync("/ops/parked/acts");
        Assert.True(await me.At("acts").Locator("tbody tr").CountAsync() <= 200);
        await Assertions.Expect(me.At("acts").Locator("tr", new() { HasText = "a test wrote them" }).First)
            .ToContainTextAsync($"{Many}");
    }
}
