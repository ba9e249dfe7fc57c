using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tessera.Messaging.Telemetry;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class Seeing : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Carries_one_trace_from_the_publisher_through_the_handler_to_what_it_publishes()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Tessera.Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await _stock.StartAsync();
        var trace = ActivityTraceId.CreateRandom();
        var parent = $"00-{trace}-{ActivitySpanId.CreateRandom()}-01";
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 1)) with { TraceParent = parent });
        await Eventually.HoldsAsync("the answer was sent", () => _stock.Broker.Log("stock").Count > 0);

        var process = spans.Single(
            span => span.TraceId == trace && span.DisplayName == "process orders");
        Assert.Equal(ActivityKind.Consumer, process.Kind);
        Assert.Contains(_stock.Broker.Log("stock")[0].Attributes, attribute =>
            attribute.Key == "traceparent" && attribute.Value.Contains(trace.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Counts_types_without_a_handler_by_name_and_bounds_the_names()
    {
        var counts = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "tessera.messaging.unhandled") own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var (name, tag) in tags)
            {
                if (name == "cloudevents.event_type") counts.AddOrUpdate((string)tag!, value, (_, sum) => sum + value);
            }
        });
        listener.Start();
        await _stock.StartAsync();
        var known = StockService.Event(new OrderPlaced("a", 1));
        EventEnvelope Of(string type) => known with { Id = Guid.CreateVersion7(), Type = type };
        _stock.Deliver(Of("orders.seen-here-1.v1"));
        _stock.Deliver(Of("orders.seen-here-1.v1"));
        for (var i = 0; i < 150; i++) _stock.Deliver(Of($"orders.made-up-{i}.v1"));
        _stock.Deliver(Of("orders." + new string('x', 300) + ".v1"));
        _stock.Deliver(known);
        await _stock.UntilSeenAsync(1);

        Assert.Equal(2, counts["orders.seen-here-1.v1"]);
        // One of the hundred is taken by the type above, another by the others together.
        var named = counts.Keys.Count(type => type.StartsWith("orders.made-up-", StringComparison.Ordinal));
        Assert.InRange(named, 90, UnlistedTypes.TypesMax);
        Assert.Equal(153, counts.Where(count => IsOfThisTest(count.Key)).Sum(count => count.Value));
    }

    private static bool IsOfThisTest(string type) =>
        type is "(others)" || type.StartsWith("orders.made-up", StringComparison.Ordinal)
        || type.StartsWith("orders.seen-here", StringComparison.Ordinal);

    [Fact]
    public async Task Counts_what_came_twice_and_what_was_parked()
    {
        var counts = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Tessera.Messaging") own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
            counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number == 9);
        await _stock.StartAsync();
        var one = StockService.Event(new OrderPlaced("a", 1));
        _stock.Deliver(one);
        _stock.Deliver(one);
        _stock.Deliver(new OrderPlaced("b", 9));
        await _stock.UntilParkedAsync(1);
        await Eventually.HoldsAsync("all was counted", () =>
            counts.GetValueOrDefault("tessera.messaging.inbox.duplicates") >= 1
            && counts.GetValueOrDefault("tessera.messaging.parked") >= 1
            && counts.GetValueOrDefault("messaging.client.consumed.messages") >= 3
            && counts.GetValueOrDefault("messaging.client.sent.messages") >= 1);
    }

    [Fact]
    public async Task Counts_what_a_broker_did_not_take_apart_from_what_it_took()
    {
        var sends = new ConcurrentDictionary<string, long>();
        var times = new ConcurrentDictionary<string, bool>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name is "messaging.client.sent.messages" or "messaging.client.operation.duration")
                    own.EnableMeasurementEvents(instrument);
            },
        };
        // Sends of other tests in this process count as well, which is no harm: there is no error without its name.
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
            sends.AddOrUpdate(ErrorOf(tags), value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) => times[ErrorOf(tags)] = true);
        listener.Start();
        await _stock.StartAsync();
        _stock.Broker.IsAway = true;
        _stock.Deliver(new OrderPlaced("a", 1));
        var away = typeof(TransportUnavailableException).FullName!;
        await Eventually.HoldsAsync("that it is away is counted", () =>
            sends.GetValueOrDefault(away) >= 1 && times.ContainsKey(away));
        _stock.Broker.IsAway = false;
        await Eventually.HoldsAsync("what it takes is counted without an error", () =>
            sends.GetValueOrDefault("") >= 1 && times.ContainsKey(""));
    }

    private static string ErrorOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            if (name == "error.type") return (string)value!;
        }
        return "";
    }
}
