using System.CommandLine;
using System.Text.Json;
using Tessera.Cli.Shop;
using Tessera.Inventory.Contracts;
using Tessera.Orders.Contracts;
using Tessera.Payments.Contracts;
using Tessera.Stories;
using Xunit;

namespace Tessera.Cli.Tests.Tending;

/// <summary>What an order's story says, and whom it asks to act, in each way in which an order is stuck.</summary>
public sealed class StoryTests
{
    private static readonly Guid order = Guid.Parse("019ac500-0000-7000-8000-000000000001");
    private static readonly DateTimeOffset start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset now = start.AddMinutes(2);
    private static readonly KeyWaiting nothing = new([], true, null, [], []);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Is_one_line_of_time_over_all_services_with_what_events_took()
    {
        var story = Tell(Confirmed());
        Assert.Equal(
            [
                "Order is placed", "Stock is held", "Order is reserved, its payment is asked for",
                "Payment is asked for", "Payment is captured", "Order is confirmed", "Stock has left the shelf",
                "Stock has left the shelf",
            ],
            story.Moments.Select(moment => moment.What));
        Assert.Equal(TimeSpan.FromSeconds(1), story.Moments[1].Took);
        Assert.All(story.Moments.Where(moment => moment.Event is not null),
            moment => Assert.Equal("sent", moment.Event!.Status));
        Assert.False(story.IsStuck);
        Assert.Equal("operator", Assert.Single(story.Waits).Who); // Who packs it.
    }

    [Fact]
    public void A_service_that_is_stopped_is_named()
    {
        var sources = Placed() with { Stock = new(null, "HTTP 503: inventory is away") };
        sources = With(sources, "inventory", new Told<KeyWaiting>(null, "HTTP 503: inventory is away"));
        var story = Tell(sources);
        Assert.Equal(["inventory"], story.Silent);
        Assert.Contains("Inventory does not answer", story.Waits[0].What, StringComparison.Ordinal);
        Assert.Equal(("operator", true), (story.Waits[0].Who, story.Waits[0].IsTrouble));
        // And how long there is.
        Assert.Contains(story.Waits, wait => wait.Until == start.AddMinutes(10));
    }

    [Fact]
    public void Says_nothing_that_a_terminal_obeys()
    {
        var parked = new WaitingParked(
            "orders", 1, Guid.NewGuid(), PaymentRequested.EventType, start, start.AddSeconds(3), 3,
            "No \u001b[31mcurrency.", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null);
        var story = Tell(With(Reserved(), "payments", new(nothing with { Parked = [parked] })));
        Assert.Contains("No currency.", OrderCommand.Tell(story), StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_that_could_not_be_handled_is_named_with_its_reason_and_what_to_type()
    {
        var parked = new WaitingParked(
            "orders", 1, Guid.NewGuid(), PaymentRequested.EventType, start, start.AddSeconds(3), 3, "No such currency.",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", null);
        var follower = parked with { Position = 2, Attempts = 0, Type = OrderCancelled.EventType };
        var story = Tell(With(Reserved(), "payments", new(nothing with { Parked = [parked, follower] })));
        Assert.Equal(
            "Payments could not handle payment requested: No such currency. (1 wait behind it)", story.Waits[0].What);
        Assert.Contains(
            $"tessera parked replay --service payments --key {order}", story.Waits[0].Act, StringComparison.Ordinal);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", story.TraceId);
        var again = Tell(With(Reserved(), "payments", new(nothing with { Parked = [parked with { ReplayAt = now }] })));
        Assert.Equal("nobody", again.Waits[0].Who);
    }

    [Fact]
    public void An_event_that_the_broker_does_not_have_is_named_with_its_age()
    {
        var unsent = new WaitingEvent(Guid.NewGuid(), OrderPlaced.EventType, start, null);
        var story = Tell(With(Placed(), "orders", new(Timers() with { Outbox = [unsent] })));
        Assert.Contains("the broker does not have it yet", story.Waits[0].What, StringComparison.Ordinal);
        Assert.Equal((start, "operator"), (story.Waits[0].Since, story.Waits[0].Who));
        Assert.Equal("waiting", story.Moments[0].Event!.Status);
        // On its way for a moment only, it is no trouble.
        var fresh = With(Placed(), "orders", new(Timers() with { Outbox = [unsent with { Time = now }] }));
        Assert.DoesNotContain(Tell(fresh).Waits, wait => wait is { Service: "orders", IsTrouble: true });
    }

    [Fact]
    public void A_held_key_is_named_with_what_the_broker_says_and_the_next_try()
    {
        var held = new HeldKey(Guid.NewGuid(), "message too large", 7, now.AddSeconds(30));
        var unsent = new WaitingEvent(held.EventId, OrderPlaced.EventType, start, null);
        var story = Tell(With(Placed(), "orders", new(Timers() with { Outbox = [unsent], Held = held })));
        Assert.Contains("message too large", story.Waits[0].What, StringComparison.Ordinal);
        Assert.Equal((now.AddSeconds(30), "operator", "held"),
            (story.Waits[0].Until, story.Waits[0].Who, story.Moments[0].Event!.Status));
    }

    [Fact]
    public void A_refund_that_the_provider_does_not_do_is_named_with_the_next_try()
    {
        var payment = new PaymentHistoryView(
            Guid.NewGuid(), order, "Refunding", 500, 500, 0, "GBP", null, 4, now.AddSeconds(8), false, null,
            [
                new(start.AddSeconds(2), "Requested", AmountMinor: 500),
                new(start.AddSeconds(3), "Captured", AmountMinor: 500, Announced: PaymentCaptured.EventType),
                new(start.AddSeconds(60), "Unanswered", "Refunds are closed today.", Attempt: 4, IsRefund: true),
            ]);
        var story = Tell(Cancelled() with { Payment = new(payment) });
        Assert.Equal(
            "The payment provider did not give the money back: Refunds are closed today. (attempt 4)",
            story.Waits[0].What);
        Assert.Equal((now.AddSeconds(8), "operator"), (story.Waits[0].Until, story.Waits[0].Who));
    }

    [Fact]
    public void What_a_cancelled_order_waits_for_is_named_wherever_it_waits()
    {
        var story = Tell(Cancelled() with { Stock = new(Stock("Held")), Payment = new(Captured()) });
        Assert.Equal(
            ["Inventory is to release the stock", "Payments is to give the money back"],
            story.Waits.Select(wait => wait.What));
        Assert.All(story.Waits, wait => Assert.Equal(("nobody", true), (wait.Who, wait.IsTrouble)));
    }

    [Fact]
    public void What_partners_are_not_told_is_named_and_explains_nothing_of_the_order()
    {
        var parked = new WaitingParked(
            "orders", 1, Guid.NewGuid(), OrderPlaced.EventType, start, start.AddSeconds(3), 3, "No such endpoint.",
            null, null);
        var story = Tell(With(Placed(), "webhooks", new(nothing with { Parked = [parked] })));
        Assert.Equal("Webhooks could not handle order placed: No such endpoint.", story.Waits[0].What);
        Assert.EndsWith("The order itself does not wait for it.", story.Waits[0].Act, StringComparison.Ordinal);
        Assert.Contains(story.Moments, moment => moment is { Service: "webhooks", Kind: MomentKind.Parked });
        // That Inventory is late is still said.
        Assert.Contains(story.Waits, wait => wait is { Service: "inventory", IsTrouble: true });
        var silent = Tell(With(Placed(), "webhooks", new Told<KeyWaiting>(null, "HTTP 503")));
        Assert.Equal(["webhooks"], silent.Silent);
    }

    [Fact]
    public void An_effect_that_stands_before_its_cause_says_whose_clock_is_ahead_and_no_time_on_the_way()
    {
        var stock = Stock("Held");
        var story = Tell(Reserved() with
        {
            Stock = new(stock with { Steps = [stock.Steps[0] with { At = start.AddSeconds(-4) }] }),
        });
        Assert.Equal(("Stock is held", TimeSpan.FromSeconds(4), null), (
            story.Moments[0].What, story.Moments[0].ClockAhead, story.Moments[0].Took));
        Assert.All(story.Moments.Skip(1), moment => Assert.Null(moment.ClockAhead));
        Assert.Contains(
            "Stock is held, its cause later: that clock is ahead by 4 s", OrderCommand.Tell(story),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Each_step_names_the_trace_in_which_it_happened_where_its_service_keeps_it()
    {
        static string Trace(char of) => new(of, 32);
        static string Parent(char of) => $"00-{Trace(of)}-b7ad6b7169203331-01";
        var sources = Cancelled();
        var steps = sources.Order.Value!.Steps;
        sources = sources with
        {
            Order = new(sources.Order.Value with
            {
                Steps = [steps[0] with { TraceId = Trace('a') }, steps[1] with { TraceId = Trace('b') }],
            }),
            Stock = new(Stock("Held")),
            Payment = new(Captured() with { TraceId = Trace('d') }),
        };
        sources = With(sources, "inventory", new(nothing with
        {
            Outbox = [new WaitingEvent(Guid.NewGuid(), StockReserved.EventType, start, Parent('c'))],
        }));
        sources = With(sources, "orders", new(nothing with
        {
            Timers = [new WaitingTimer("PaymentOverdue", start.AddMinutes(10), Parent('e'))],
        }));
        var parked = new WaitingParked(
            "orders", 1, Guid.NewGuid(), OrderCancelled.EventType, start, start.AddSeconds(55), 3, "none", Parent('f'),
            null);
        var story = Tell(With(sources, "payments", new(nothing with { Parked = [parked] })));
        Assert.Equal(
            "acddbfe", string.Concat(story.Moments.Select(moment => moment.TraceId is { } trace ? trace[0] : '-')));
        Assert.Contains(
            $"the buyer cancelled it  → order cancelled (sent)  trace {Trace('b')}", OrderCommand.Tell(story),
            StringComparison.Ordinal);
        Assert.Equal(Trace('a'), story.TraceId); // Also of one that ended before its payment.
        Assert.Equal(Trace('a'), Tell(sources with { Payment = new(null) }).TraceId);
    }

    [Fact]
    public void A_shipped_order_waits_for_nothing() => Assert.Empty(Tell(Shipped()).Waits);

    [Fact]
    public void An_order_that_Orders_does_not_know_has_no_story() =>
        Assert.Null(TellStory.From(Placed() with { Order = new(null) }, now));

    [Fact]
    public void Without_Orders_the_story_is_told_by_the_others()
    {
        var story = TellStory.From(Confirmed() with { Order = new(null, "HTTP 503") }, now);
        Assert.Equal(["orders"], story!.Silent);
        Assert.Contains(story.Moments, moment => moment.Service == "payments");
    }

    [Fact]
    public void Reads_as_lines_that_fit_a_terminal()
    {
        var text = OrderCommand.Tell(Tell(With(Placed(), "orders", new(Timers() with
        {
            Outbox = [new WaitingEvent(Guid.NewGuid(), OrderPlaced.EventType, start, null)],
        }))));
        Assert.Contains($"Order {order}: placed", text, StringComparison.Ordinal);
        Assert.Contains(
            "12:00:00.000    orders     Order is placed  → order placed (waiting)", text, StringComparison.Ordinal);
        Assert.Contains("STUCK: Orders has said order placed", text, StringComparison.Ordinal);
        Assert.Contains("An operator must act: The broker is away", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_tells_it_in_words_and_to_programs()
    {
        await using var gateway = new PretendedGateway();
        var sources = Confirmed();
        gateway.Own[$"/orders/{order}/history"] = Json(sources.Order.Value!);
        gateway.Own[$"/stock/orders/{order}/history"] = Json(sources.Stock.Value!);
        gateway.Own[$"/payments/orders/{order}/history"] = Json(sources.Payment.Value!);
        foreach (var service in StorySources.Services)
            gateway.Own[$"/services/{service}/messaging/keys/{order}"] = Json(nothing);
        var parked = new WaitingParked(
            "orders", 1, Guid.NewGuid(), OrderPlaced.EventType, start, now, 1, "too large", null, null);
        gateway.Own[$"/services/webhooks/messaging/keys/{order}"] = Json(nothing with { Parked = [parked] });
        Assert.Contains("STUCK: Webhooks could not handle", await ToldAsync(gateway), StringComparison.Ordinal);
        gateway.Own[$"/services/webhooks/messaging/keys/{order}"] = Json(nothing);
        Assert.Contains("Order is confirmed", await ToldAsync(gateway), StringComparison.Ordinal);
        using var told = JsonDocument.Parse(await ToldAsync(gateway, "--json"));
        var story = told.RootElement;
        Assert.Equal((order, "Confirmed"), (story.GetProperty("id").GetGuid(), story.GetProperty("state").GetString()));
        Assert.False(story.GetProperty("isStuck").GetBoolean());
        Assert.Equal("operator", Assert.Single(story.GetProperty("waits").EnumerateArray())
            .GetProperty("who").GetString());
        Assert.Equal(
            Tell(sources).Moments.Select(moment => (moment.Service, moment.What)),
            story.GetProperty("moments").EnumerateArray().Select(moment =>
                (moment.GetProperty("service").GetString()!, moment.GetProperty("what").GetString()!)));
    }

    private static async Task<string> ToldAsync(PretendedGateway gateway, params string[] words)
    {
        using var data = Some.Folder();
        Directory.CreateDirectory(data.File("clients"));
        await File.WriteAllTextAsync(data.File("clients/scripts.secret"), "secret", Stop);
        await using var told = new StringWriter();
        var parsed = OrderCommand.Create(TimeSpan.FromMinutes(5)).Parse(
            [order.ToString(), .. words, "--data", data.Path, "--gateway", gateway.Address.ToString()]);
        Assert.Equal(ExitCodes.Ok, await parsed.InvokeAsync(new InvocationConfiguration { Output = told }, Stop));
        return told.ToString();
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);

    private static OrderStory Tell(StorySources sources) => TellStory.From(sources, now)!;

    private static StorySources Placed() => Sources("Placed", [new(start, "Placed", "OrderPlaced", null,
        OrderPlaced.EventType)]) with
    {
        Waiting = new Dictionary<string, Told<KeyWaiting>>
        {
            ["orders"] = new(Timers()), ["inventory"] = new(nothing), ["payments"] = new(nothing),
            ["webhooks"] = new(nothing),
        },
    };

    private static StorySources Reserved() => Sources("StockReserved",
        [
            new(start, "Placed", "OrderPlaced", null, OrderPlaced.EventType),
            new(start.AddSeconds(2), "StockReserved", "StockReserved", null, PaymentRequested.EventType),
        ]) with { Stock = new(Stock("Held")) };

    private static StorySources Confirmed()
    {
        var sources = Sources("Confirmed",
        [
            new(start, "Placed", "OrderPlaced", null, OrderPlaced.EventType),
            new(start.AddSeconds(2), "StockReserved", "StockReserved", null, PaymentRequested.EventType),
            new(start.AddSeconds(5), "Confirmed", "PaymentCaptured", null, OrderConfirmed.EventType),
            new(start.AddSeconds(7), "Confirmed", "StockCommitted", null, null),
        ]) with { Stock = new(Stock("Committed")), Payment = new(Captured()) };
        return sources with { Order = new(sources.Order.Value! with { StockCommitted = true }) };
    }

    private static StorySources Shipped()
    {
        var sources = Confirmed();
        return sources with { Order = new(sources.Order.Value! with { State = "Shipped" }) };
    }

    private static StorySources Cancelled() => Sources("Cancelled",
    [
        new(start, "Placed", "OrderPlaced", null, OrderPlaced.EventType),
        new(start.AddSeconds(50), "Cancelled", "BuyerCancels", null, OrderCancelled.EventType),
    ]);

    private static StorySources Sources(string state, OrderStepView[] steps) => new(
        order,
        new(new OrderHistoryView(
            order, Guid.NewGuid(), state, null, null, null, 500, "GBP", "tok_ok", false, null,
            [new OrderLineView("A", "A lantern", 1, 500)], steps)),
        new(null), new(null), StorySources.Services.ToDictionary(name => name, _ => new Told<KeyWaiting>(nothing)));

    private static ReservationHistoryView Stock(string state)
    {
        List<ReservationStepView> steps = [new(start.AddSeconds(1), "Held", null, StockReserved.EventType)];
        if (state == "Committed")
            steps.Add(new(start.AddSeconds(6), "Committed", null, StockCommitted.EventType));
        return new ReservationHistoryView(order, state, [new ReservedLineView("A", 1)], null, steps);
    }

    private static PaymentHistoryView Captured() => new(
        Guid.NewGuid(), order, "Captured", 500, 500, 0, "GBP", null, 0, null, false, null,
        [
            new(start.AddSeconds(3), "Requested", AmountMinor: 500),
            new(start.AddSeconds(4), "Captured", AmountMinor: 500, Announced: PaymentCaptured.EventType),
        ]);

    private static KeyWaiting Timers() =>
        nothing with { Timers = [new WaitingTimer("StockOverdue", start.AddMinutes(10))] };

    private static StorySources With(StorySources sources, string service, Told<KeyWaiting> told) => sources with
    {
        Waiting = new Dictionary<string, Told<KeyWaiting>>(sources.Waiting) { [service] = told },
    };
}
