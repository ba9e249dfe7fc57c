using System.Text.Json;
using Microsoft.Playwright;
using Tessera.EndToEnd;

namespace Tessera.Web.Tests.Operators;

/// <summary>A parked message is handled with another body.</summary>
[Collection(nameof(ShopInBrowser))]
public sealed class ChangedBodyTests(ShopInBrowser shop)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_what_is_no_such_event_keeps_what_was_typed_and_handles_what_is_one(bool scripts)
    {
        await using var me = await shop.NewOperatorAsync(scripts);
        var key = await shop.PoisonPaymentsAsync(key: await ConfirmedAsync());
        var message = await ParkedAsync(me, key);
        await me.GoAsync(message);
        await me.At("change").ClickAsync();
        await Assertions.Expect(me.At("body")).ToHaveValueAsync(new System.Text.RegularExpressions.Regex("•••"));
        await Assertions.Expect(me.At("body")).Not.ToHaveValueAsync(
            new System.Text.RegularExpressions.Regex("ada@example.org"));
        await me.At("reason").FillAsync("the order's number was missing");
        foreach (var (body, why) in new[]
        {
            ("{\"order\":", "no JSON"), ("{\"order\":\"none\"}", "$.order"),
            (Body(key).Replace("amountMinor", "amount"), "amount"), ("{\"note\":\"•••\"}", "$.note"),
        })
        {
            await me.At("body").FillAsync(body);
            await me.At("do").ClickAsync();
            await Assertions.Expect(me.At("refused")).ToContainTextAsync(why);
            await Assertions.Expect(me.At("body")).ToHaveValueAsync(body);
            await Assertions.Expect(me.At("reason")).ToHaveValueAsync("the order's number was missing");
        }
        if (scripts) await me.ShowAsync("console-change-refused");
        await me.At("body").FillAsync(Body(key));
        await me.At("do").ClickAsync();
        await Assertions.Expect(me.At("note")).ToHaveTextAsync("the order's number was missing");
        await Assertions.Expect(me.At("before")).ToContainTextAsync("\"order\": \"none\"");
        await Assertions.Expect(me.At("before")).Not.ToContainTextAsync("ada@example.org");
        await Assertions.Expect(me.At("after")).ToContainTextAsync(key.ToString());
        Assert.NotEqual(await me.At("before-id").InnerTextAsync(), await me.At("after-id").InnerTextAsync());
        Assert.EndsWith(await me.At("before-id").InnerTextAsync(), message, StringComparison.Ordinal);
        if (scripts) await me.ShowAsync("console-changed");
        // It was handled: Payments captures for it.
        await Testing.Eventually.HoldsAsync("the changed event is handled", async () =>
        {
            await me.GoAsync($"/ops/parked/payments?key={key}");
            return await me.At("none").CountAsync() == 1;
        });
        await me.GoAsync(message + "/change"); // It is done, and by whom is what there is to see.
        await Assertions.Expect(me.At("note")).ToHaveTextAsync("the order's number was missing");
        await me.GoAsync("/ops/parked/acts");
        await Assertions.Expect(me.At("acts").Locator("tr", new() { HasText = key.ToString() }).First)
            .ToContainTextAsync("changed and replayed");
        // What was refused is on the record.
        await me.GoAsync("/ops/record");
        await Assertions.Expect(me.At("refused")).ToContainTextAsync("/messaging/parked/change");
    }

    [Fact]
    public async Task The_command_line_does_the_same_and_refuses_the_same()
    {
        await using var me = await shop.NewOperatorAsync();
        var key = await shop.PoisonPaymentsAsync(key: await ConfirmedAsync());
        var id = (await ParkedAsync(me, key)).Split('/')[^1];
        var file = Path.Combine(shop.Data, $"{key}.json");
        await File.WriteAllTextAsync(file, "{\"order\":\"none\"}", TestContext.Current.CancellationToken);
        foreach (var (words, why) in new (string[], string)[]
        {
            (["--event", id, "--body", file, "--reason", "x"], "$.order"),
            (["--event", id, "--body", file], "--reason"),
            (["--key", key.ToString(), "--body", file, "--reason", "x"], "--event"),
            (["--event", id, "--body", file + "none", "--reason", "x"], "cannot be read"),
            (["--event", id, "--body", file, "--reason", "x", "--dry-run"], "--dry-run"),
            (["--event", Guid.NewGuid().ToString(), "--body", file, "--reason", "x"], "No message"),
        })
        {
            var refused = await shop.TryAsync(["parked", "replay", .. words]);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains(why, refused.Error, StringComparison.Ordinal);
        }
        await File.WriteAllTextAsync(file, Body(key), TestContext.Current.CancellationToken);
        using var done = JsonDocument.Parse(await shop.RunAsync(
            "parked", "replay", "--event", id, "--body", file, "--reason", "by hand", "--json"));
        Assert.Equal("payments", done.RootElement.GetProperty("service").GetString());
        await me.GoAsync($"/ops/parked/payments/changes/{done.RootElement.GetProperty("eventId").GetString()}");
        await Assertions.Expect(me.At("before-id")).ToHaveTextAsync(id);
        await Assertions.Expect(me.At("note")).ToHaveTextAsync("by hand");
    }

    /// <summary>Of an order that is paid already, so that asking for it once more moves nothing.</summary>
    internal static string Body(Guid order) =>
        $$"""
        {"order":"{{order}}","buyer":"{{Guid.Empty}}","amountMinor":1,"currency":"GBP","paymentMethod":"tok_ok"}
        """;

    private async Task<Guid> ConfirmedAsync()
    {
        var (buyer, sku) = (await shop.Shop.NewBuyerAsync(), await shop.Shop.NewProductAsync());
        var order = await shop.Shop.PlaceAsync(buyer, sku);
        await shop.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        return order.Id;
    }

    private async Task<string> ParkedAsync(Visitor me, Guid key)
    {
        await Testing.Eventually.HoldsAsync("the poison is parked", async () =>
        {
            await me.GoAsync($"/ops/parked/payments?key={key}");
            return await me.At("message").CountAsync() == 1;
        });
        return (await me.At("message").GetAttributeAsync("href"))!;
    }
}
