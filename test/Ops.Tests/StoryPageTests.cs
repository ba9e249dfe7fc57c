using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Tessera.Inventory.Contracts;
using Tessera.Ops.Pages.Orders;
using Tessera.Ops.Tests.Foreign;
using Tessera.Orders.Contracts;
using Tessera.Stories;

namespace Tessera.Ops.Tests;

/// <summary>An order's page, over services that say what a test has them say.</summary>
public sealed class StoryPageTests
{
    private static readonly Guid order = Guid.Parse("019ac500-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Takes_no_note_while_the_one_that_is_there_cannot_be_shown()
    {
        var store = Store();
        await using var console = new ConsoleOver(store);
        var told = await PageOf(console);
        Assert.Contains("data-test=\"save-note\"", told, StringComparison.Ordinal);
        Assert.Contains("called twice", told, StringComparison.Ordinal);
        store.Away.Add($"/orders/{order}/history");
        var silent = await PageOf(console);
        Assert.Contains("data-test=\"no-acts\"", silent, StringComparison.Ordinal);
        Assert.DoesNotContain("data-test=\"save-note\"", silent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_whose_clock_is_ahead_where_an_effect_stands_before_its_cause()
    {
        var store = Store();
        await using var console = new ConsoleOver(store);
        var stock = new ReservationHistoryView(
            order, "Held", [], null, [new(start.AddSeconds(1), "Held", null, StockReserved.EventType)]);
        store.Own[$"/stock/orders/{order}/history"] = Json(stock);
        Assert.DoesNotContain("data-test=\"clock\"", await PageOf(console), StringComparison.Ordinal);
        store.Own[$"/stock/orders/{order}/history"] = Json(stock with
        {
            Steps = [new(start.AddSeconds(-3), "Held", null, StockReserved.EventType)],
        });
        Assert.Contains("clock is ahead by 3.0 s or more", await PageOf(console), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leads_to_the_trace_where_the_setting_says_that_traces_are_kept()
    {
        var (store, trace) = (Store(), new string('a', 32));
        store.Own[$"/services/payments/messaging/keys/{order}"] = Json(new KeyWaiting([], true, null, [],
        [
            new WaitingParked(
                "orders", 1, Guid.NewGuid(), PaymentRequested.EventType, start, start, 1, "none",
                $"00-{trace}-b7ad6b7169203331-01", null),
        ]));
        await using var plain = new ConsoleOver(store);
        var text = await PageOf(plain);
        Assert.Contains(trace, text, StringComparison.Ordinal);
        Assert.DoesNotContain("see-trace", text, StringComparison.Ordinal);
        await using var linked = new ConsoleOver(store, traces: "http://127.0.0.1:18888/traces/detail/{trace}?x=1");
        Assert.Contains(
            $"<a href=\"http://127.0.0.1:18888/traces/detail/{trace}?x=1\"", await PageOf(linked),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leads_to_the_trace_of_each_step_and_without_an_address_names_those_that_are_not_the_order_s()
    {
        var (store, placed, cancelled) = (Store(), new string('a', 32), new string('b', 32));
        store.Own[$"/orders/{order}/history"] = Json(Placed(
            new OrderStepView(start, "Placed", "Placed", null, OrderPlaced.EventType, placed),
            new OrderStepView(
                start, "Cancelled", "BuyerCancels", null, OrderCancelled.EventType, cancelled)));
        await using var plain = new ConsoleOver(store);
        var text = await PageOf(plain);
        Assert.Equal(2, text.Split(placed).Length); // Once, at the top.
        Assert.Contains($"trace {cancelled}", text, StringComparison.Ordinal);
        await using var linked = new ConsoleOver(store, traces: "http://127.0.0.1:18888/traces/detail/{trace}");
        text = await PageOf(linked);
        foreach (var trace in new[] { placed, cancelled })
        {
            Assert.Contains(
                $"<a href=\"http://127.0.0.1:18888/traces/detail/{trace}\" rel=\"noreferrer\" " +
                "data-test=\"see-trace\">its trace</a>", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://127.0.0.1:18888/traces/detail/{trace}", true)]
    [InlineData("https://traces.example/?id={trace}&x=1", true)]
    [InlineData("https://traces.example/", false)]
    [InlineData("javascript:alert({trace})", false)]
    public void Takes_an_address_with_a_place_for_the_trace_alone(string traces, bool isTaken)
    {
        var options = new OpsOptions { Traces = traces };
        Assert.Equal(isTaken, Validator.TryValidateObject(options, new ValidationContext(options), null, true));
    }

    private static async Task<string> PageOf(ConsoleOver console)
    {
        var (status, page) = await console.ShowAsync((me, _) => ShowStory.Handle(order, me, Stop));
        Assert.Equal(200, status);
        return page;
    }

    private static PretendedStore Store()
    {
        var store = new PretendedStore();
        store.Own[$"/orders/{order}/history"] = Json(
            Placed(new OrderStepView(start, "Placed", "Placed", null, OrderPlaced.EventType)));
        foreach (var service in StorySources.Services)
            store.Own[$"/services/{service}/messaging/keys/{order}"] = Json(new KeyWaiting([], true, null, [], []));
        return store;
    }

    private static OrderHistoryView Placed(params OrderStepView[] steps) => new(
        order, Guid.Empty, "Placed", null, null, null, 1, "GBP", "tok_ok", false, "called twice", [], steps);

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
