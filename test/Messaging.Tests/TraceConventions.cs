using System.Collections.Concurrent;
using System.Diagnostics;
using Tessera.Messaging.Store;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>Spans are by the OpenTelemetry conventions for messaging, version 1.44.0, and say how everything hangs
/// together.</summary>
public sealed class TraceConventions : IAsyncDisposable
{
    private static readonly Dictionary<string, ActivityKind> s_kinds = new()
    {
        ["create"] = ActivityKind.Producer,
        ["send"] = ActivityKind.Client,
        ["receive"] = ActivityKind.Client,
        ["process"] = ActivityKind.Consumer,
        ["settle"] = ActivityKind.Client,
    };

    /// <summary>The conventions' of today, without what they had before, and those of ours.</summary>
    private static readonly string[] s_known =
    [
        "messaging.operation.name", "messaging.operation.type", "messaging.system", "messaging.destination.name",
        "messaging.consumer.group.name", "messaging.batch.message_count", "messaging.message.id", "error.type",
        "cloudevents.event_type", "tessera.message.key",
    ];

    private readonly StockService _stock = new();
    private readonly ConcurrentQueue<Activity> _spans = [];
    private readonly ActivityListener _listener;

    public TraceConventions()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Tessera.Messaging",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _spans.Enqueue,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _stock.DisposeAsync();
    }

    [Fact]
    public async Task Each_span_is_named_by_its_operation_and_destination_and_says_what_it_must()
    {
        _stock.Script.OnOrder = (placed, _) => ConsumingRules.Fail(placed.Number == 9);
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2), new OrderPlaced("c", 9));
        await _stock.UntilParkedAsync(1);
        await UntilAsync(() => _spans.Select(OperationOf).ToHashSet().IsSupersetOf(s_kinds.Keys));

        foreach (var span in _spans)
        {
            var operation = OperationOf(span);
            Assert.Equal($"{operation} {span.GetTagItem("messaging.destination.name")}", span.DisplayName);
            Assert.Equal(s_kinds[operation], span.Kind);
            Assert.Equal(operation, span.GetTagItem("messaging.operation.type"));
            Assert.NotNull(span.GetTagItem("messaging.system"));
            Assert.Empty(span.TagObjects.Select(tag => tag.Key).Except(s_known));
            Assert.Equal(span.Status == ActivityStatusCode.Error, span.GetTagItem("error.type") is not null);
            if (operation is "receive" or "process" or "settle")
                Assert.NotNull(span.GetTagItem("messaging.consumer.group.name"));
            if (operation is "send" or "receive" or "settle")
                Assert.IsType<int>(span.GetTagItem("messaging.batch.message_count"));
            if (operation == "process") Assert.NotNull(span.GetTagItem("messaging.message.id"));
        }
        Assert.Contains(_spans, span => OperationOf(span) == "process"
            && span.GetTagItem("error.type") is "System.InvalidOperationException");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_handled_message_is_in_its_own_trace_and_linked_to_the_batch_that_is_settled(
        bool batchHandler)
    {
        await _stock.StartAsync(batchHandler);
        var published = Enumerable.Range(0, 3).Select(_ => NewContext()).ToList();
        var events = published.Select((context, number) =>
            StockService.Event(new OrderPlaced("k" + number, number)) with { TraceParent = ParentOf(context) });
        _stock.Broker.Append(Wire.WireFormat.EncodeFrame([.. events], 0));
        await _stock.UntilSeenAsync(3);
        await UntilAsync(() => published.TrueForAll(context => ProcessesOf(context).Any()));

        var processes = published.Select(context => ProcessesOf(context).Last()).ToList();
        Assert.Equal(published.Select(context => context.SpanId), processes.Select(span => span.ParentSpanId));
        var batch = Assert.Single(processes.SelectMany(span => span.Links).Select(link => link.Context).Distinct());
        await UntilAsync(() => _spans.Any(span => span.SpanId == batch.SpanId));
        var receive = _spans.Single(span => span.SpanId == batch.SpanId);
        Assert.Equal("receive orders", receive.DisplayName);
        Assert.Equal(
            published.Select(context => context.SpanId).Order(Comparer),
            receive.Links.Select(link => link.Context.SpanId).Order(Comparer));
        var settle = _spans.Single(span => span.ParentSpanId == batch.SpanId && OperationOf(span) == "settle");
        Assert.Equal(3, settle.GetTagItem("messaging.batch.message_count"));
    }

    [Fact]
    public async Task What_is_sent_is_linked_to_its_publish()
    {
        await _stock.StartAsync();
        var context = NewContext();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 1)) with { TraceParent = ParentOf(context) });
        await UntilAsync(() => _spans.Any(span => OperationOf(span) == "send" && span.Links.Any(link =>
            link.Context.TraceId == context.TraceId)));
        var create = _spans.Single(span => span.TraceId == context.TraceId && OperationOf(span) == "create");
        var send = _spans.Single(span => OperationOf(span) == "send" && span.Links.Any(link =>
            link.Context.TraceId == context.TraceId));
        Assert.Equal(create.SpanId, send.Links.Single(link => link.Context.TraceId == context.TraceId).Context.SpanId);
    }

    [Fact]
    public async Task A_replay_continues_the_trace_of_what_was_parked()
    {
        _stock.Script.OnOrder = (_, _) => ConsumingRules.Fail(true);
        await _stock.StartAsync();
        var context = NewContext();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 1)) with { TraceParent = ParentOf(context) });
        await _stock.UntilParkedAsync(1);
        _stock.Script.OnOrder = (_, _) => { };
        await _stock.Service.Get<ParkedMessages>().ReplayAsync(new ParkedFilter(Key: "a"), "olga", default);
        await _stock.UntilSeenAsync(1);
        await UntilAsync(() => ProcessesOf(context).Any(span => span.Status != ActivityStatusCode.Error));
        Assert.All(ProcessesOf(context), span => Assert.Equal(context.SpanId, span.ParentSpanId));
    }

    [Fact]
    public async Task A_timer_continues_the_trace_of_what_scheduled_it()
    {
        _stock.Script.OnOrder = (placed, context) =>
            context.Work.Schedule(placed.Order, new Overdue(placed.Order), DateTimeOffset.UnixEpoch);
        await _stock.StartAsync();
        var context = NewContext();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 1)) with { TraceParent = ParentOf(context) });
        await UntilAsync(() => ProcessesOf(context).Count() == 2);
        var (handled, fired) = (ProcessesOf(context).First(), ProcessesOf(context).Last());
        Assert.Equal("process timers", fired.DisplayName);
        Assert.Equal(handled.SpanId, fired.ParentSpanId);
    }

    [Fact]
    public async Task A_handler_knows_in_which_trace_it_is_and_of_which_message_of_which_stream_and_key()
    {
        var seen = new ConcurrentQueue<(ActivityTraceId Trace, object?[] Tags)>();
        _stock.Script.OnOrder = (_, _) => Note();
        _stock.Script.OnTimer = (_, _) => Note();
        await _stock.StartAsync();
        var context = NewContext();
        var known = StockService.Event(new OrderPlaced("a", 1)) with { TraceParent = ParentOf(context) };
        _stock.Deliver(known);
        await _stock.UntilSeenAsync(1);
        await _stock.Service.CommitAsync(work => work.Schedule("b", new Overdue("b"), DateTimeOffset.UnixEpoch));
        await _stock.UntilSeenAsync(2);

        Assert.Equal(context.TraceId, seen.First().Trace);
        Assert.Equal([known.Id.ToString(), "orders", "a"], seen.First().Tags);
        Assert.Equal(["timers", "b"], seen.Last().Tags[1..]);

        void Note() => seen.Enqueue((Activity.Current!.TraceId,
        [
            Activity.Current.GetTagItem("messaging.message.id"),
            Activity.Current.GetTagItem("messaging.destination.name"),
            Activity.Current.GetTagItem("tessera.message.key"),
        ]));
    }

    private static Comparer<ActivitySpanId> Comparer { get; } = Comparer<ActivitySpanId>.Create(
        (one, other) => string.CompareOrdinal(one.ToHexString(), other.ToHexString()));

    private static ActivityContext NewContext() =>
        new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    private static string ParentOf(ActivityContext context) => $"00-{context.TraceId}-{context.SpanId}-01";

    private static string OperationOf(Activity span) => (string)span.GetTagItem("messaging.operation.name")!;

    private IEnumerable<Activity> ProcessesOf(ActivityContext context) =>
        _spans.Where(span => span.TraceId == context.TraceId && OperationOf(span) == "process");

    private static Task UntilAsync(Func<bool> holds) => Eventually.HoldsAsync("the spans have ended", holds);
}
