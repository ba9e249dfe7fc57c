using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class RelayRules : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new("core");
    private readonly MemoryBroker _broker = new();
    private readonly Dictionary<string, string?> _settings = new()
    {
        ["Messaging:Outbox:RetryDelayMin"] = "00:00:00.010",
        ["Messaging:Outbox:RetryDelayMax"] = "00:00:00.050",
        ["Messaging:Outbox:IdlePollInterval"] = "00:00:00.050",
        ["Messaging:LeaseDuration"] = "00:00:01",
    };

    private CountingStore _store = null!;
    private TestService? _orders;

    public async ValueTask DisposeAsync()
    {
        if (_orders is not null) await _orders.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Sends_waiting_events_of_a_partition_in_one_frame_with_two_round_trips()
    {
        _broker.IsAway = true; // So that all are there when the relay begins.
        await StartAsync();
        await PublishAsync(Enumerable.Range(0, 100).Select(number => new OrderPlaced("a", number)));
        _store.Forget();
        _broker.IsAway = false;
        await UntilSentAsync(100);
        await UntilEmptyAsync();
        Assert.Single(_broker.Log("orders"));
        Assert.Equal(Enumerable.Range(0, 100), Numbers());
        Assert.Single(_store.Trips, trip => trip.StartsWith("settle", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sends_one_event_alone_in_binary_mode()
    {
        await StartAsync();
        await PublishAsync([new OrderPlaced("a", 1)]);
        await UntilSentAsync(1);
        var message = Assert.Single(_broker.Log("orders"));
        Assert.Equal("application/json", message.ContentType);
        Assert.Equal(Partitioner.PartitionOf("a", 4), message.Partition);
        Assert.Contains(new("type", OrderPlaced.EventType), message.Attributes);
    }

    [Fact]
    public async Task Sends_each_event_alone_when_frames_are_off()
    {
        _settings["Messaging:Outbox:Frames"] = "false";
        _broker.IsAway = true;
        await StartAsync();
        await PublishAsync(Enumerable.Range(0, 20).Select(number => new OrderPlaced("k" + (number % 3), number)));
        _broker.IsAway = false;
        await UntilSentAsync(20);
        Assert.Equal(20, _broker.Log("orders").Count);
        foreach (var key in new[] { 0, 1, 2 })
            Assert.Equal(Enumerable.Range(0, 20).Where(number => number % 3 == key), Numbers("k" + key));
    }

    [Fact]
    public async Task Never_makes_a_frame_larger_than_the_broker_takes()
    {
        _broker.IsAway = true;
        await StartAsync(bodySizeBytesMax: 4_000);
        await PublishAsync(Enumerable.Range(0, 100).Select(number => new OrderPlaced("a", number)));
        _broker.IsAway = false;
        await UntilSentAsync(100);
        Assert.All(_broker.Log("orders"), message => Assert.InRange(message.Body.Length, 1, 4_000));
        Assert.Equal(Enumerable.Range(0, 100), Numbers());
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    [InlineData("false", true)]
    public async Task Stops_the_key_that_the_broker_refuses_and_no_other(string frames, bool readsAhead)
    {
        _settings["Messaging:Outbox:Frames"] = frames;
        if (readsAhead) _settings["Messaging:Outbox:BatchSize"] = "3";
        var refuses = true;
        // Bytes of number 3 of key a, in a frame or alone.
        _broker.Judge = message => refuses && message.Body.Span.IndexOf("\"number\":3}"u8) >= 0
            ? new SendFailure(0, SendOutcome.Refused, "too ugly")
            : null;
        _broker.IsAway = true;
        await StartAsync(readsAhead);
        await PublishAsync(
            Enumerable.Range(0, 10).Select(number => new OrderPlaced(number % 2 == 1 ? "a" : "b", number)));
        _broker.IsAway = false;
        await UntilSentAsync(6);
        await Eventually.HoldsAsync("it was tried again", () => _store.Trips.Count(trip => trip == "hold keys") > 2);
        Assert.Equal([0, 2, 4, 6, 8], Numbers("b"));
        Assert.Equal([1], Numbers("a"));

        refuses = false;
        await UntilSentAsync(10);
        Assert.Equal([1, 3, 5, 7, 9], Numbers("a"));
        await UntilEmptyAsync();
    }

    [Fact]
    public async Task Reads_the_next_batch_while_a_full_one_is_on_its_way()
    {
        _settings["Messaging:Outbox:BatchSize"] = "10";
        _broker.IsAway = true;
        await StartAsync(readsAhead: true);
        await PublishAsync(Enumerable.Range(0, 35).Select(number => new OrderPlaced("a", number)));
        _store.Forget();
        // Each full batch is on its way until the next was read.
        var confirms = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _broker.Confirms = confirms.Task;
        _broker.IsAway = false;
        // Batches that found no broker were followed by such reads too.
        await Eventually.HoldsAsync("the second batch was read while the first is at the broker", () =>
            Sent().Count == 10 && Reads()[^1] == "settle and read ahead");
        var before = ReadsAhead() - 1;
        for (var batch = 1; batch <= 3; batch++)
        {
            await Eventually.HoldsAsync("this batch is at the broker, and the next was read", () =>
                Sent().Count == 10 * batch && ReadsAhead() == before + batch);
            var landed = confirms;
            confirms = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _broker.Confirms = confirms.Task;
            landed.SetResult();
        }
        confirms.SetResult();
        await UntilSentAsync(35);
        await UntilEmptyAsync();
        Assert.Equal(Enumerable.Range(0, 35), Numbers());
        // While the broker was away, the first 10 were read time and again. Then 10, 10, 10 and 5, none read anew.
        Assert.Contains(
            "settle and read ahead; settle and read ahead; settle and read ahead", string.Join("; ", Reads()),
            StringComparison.Ordinal);

        int ReadsAhead() => Reads().Count(trip => trip == "settle and read ahead");
        List<string> Reads() => [.. _store.Trips.Where(trip => trip.Contains("read", StringComparison.Ordinal))];
    }

    [Fact]
    public async Task Sends_the_next_event_before_the_last_one_is_confirmed_but_not_of_the_same_key()
    {
        await StartAsync(readsAhead: true);
        var confirms = new TaskCompletionSource();
        _broker.Confirms = confirms.Task;
        await PublishAsync([new OrderPlaced("a", 1)]);
        await UntilSentAsync(1);
        await PublishAsync([new OrderPlaced("b", 2)]);
        await UntilSentAsync(2);
        await PublishAsync([new OrderPlaced("a", 3)]);
        await Eventually.HoldsAsync("it was read", () => Reads() >= 2);
        await PublishAsync([new OrderPlaced("c", 4)]);
        await Task.Delay(200);
        Assert.Equal([1, 2], Numbers());
        confirms.SetResult();
        await UntilSentAsync(4);
        await UntilEmptyAsync();
        Assert.Equal([1, 2, 3, 4], Numbers());

        int Reads() => _store.Trips.Count(trip => trip == "settle and read ahead");
    }

    [Fact]
    public async Task Does_not_send_what_waits_for_an_event_of_its_key_that_fails()
    {
        await StartAsync(readsAhead: true);
        var confirms = new TaskCompletionSource();
        _broker.Confirms = confirms.Task;
        var (refuses, wasAsked) = (true, false);
        _broker.Judge = message =>
        {
            if (!refuses || message.Body.Span.IndexOf("\"number\":1}"u8) < 0) return null;
            wasAsked = true;
            return new SendFailure(0, SendOutcome.Refused, "too ugly");
        };
        await PublishAsync([new OrderPlaced("a", 1)]);
        await Eventually.HoldsAsync("it is on its way", () => wasAsked);
        await PublishAsync([new OrderPlaced("a", 2), new OrderPlaced("b", 3)]);
        await Eventually.HoldsAsync("they were read", () => _store.Trips.Contains("settle and read ahead"));
        confirms.SetResult();
        await UntilSentAsync(1);
        Assert.Equal([3], Numbers());
        refuses = false;
        await UntilSentAsync(3);
        await UntilEmptyAsync();
        Assert.Equal([1, 2], Numbers("a"));
    }

    [Fact]
    public async Task Lets_events_wait_together_while_many_are_on_their_way()
    {
        await StartAsync(readsAhead: true);
        var confirms = new TaskCompletionSource();
        _broker.Confirms = confirms.Task;
        await PublishAsync(Enumerable.Range(0, 10).Select(number => new OrderPlaced("k" + number, number)));
        await UntilSentAsync(10);
        var messages = _broker.Log("orders").Count;
        for (var number = 10; number < 20; number++) await PublishAsync([new OrderPlaced("a", number)]);
        await Task.Delay(200);
        Assert.Equal(messages, _broker.Log("orders").Count);
        confirms.SetResult();
        await UntilSentAsync(20);
        Assert.Equal(messages + 1, _broker.Log("orders").Count);
    }

    [Theory]
    [InlineData("true", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    [InlineData("false", true)]
    public async Task Sends_again_in_order_what_has_an_unknown_fate(string frames, bool readsAhead)
    {
        _settings["Messaging:Outbox:Frames"] = frames;
        _settings["Messaging:Outbox:BatchSize"] = "7";
        var judged = 0;
        _broker.Judge = _ =>
            Interlocked.Increment(ref judged) % 3 == 1 ? new SendFailure(0, SendOutcome.Unknown, "no answer") : null;
        await StartAsync(readsAhead);
        await PublishAsync(Enumerable.Range(0, 60).Select(number => new OrderPlaced("k" + (number % 5), number)));
        await UntilSentAsync(60);
        await UntilEmptyAsync();
        for (var key = 0; key < 5; key++)
            Assert.Equal(Enumerable.Range(0, 60).Where(number => number % 5 == key), Numbers("k" + key).Distinct());
    }

    [Fact]
    public async Task Keeps_everything_while_the_broker_is_away_and_the_database_fails()
    {
        await StartAsync();
        _broker.IsAway = true;
        var calls = 0;
        _store.Before = trip =>
        {
            if (trip is "read outbox" or "settle outbox" or "settle and read outbox" or "settle and read ahead"
                && Interlocked.Increment(ref calls) % 4 == 1)
            {
                throw new DatabaseAwayException();
            }
        };
        await PublishAsync(Enumerable.Range(0, 40).Select(number => new OrderPlaced("k" + (number % 5), number)));
        await Eventually.HoldsAsync("health tells", () => !_orders!.Health.IsReady);
        _broker.IsAway = false;
        await UntilSentAsync(40);
        await UntilEmptyAsync();
        Assert.Equal(Enumerable.Range(0, 40), Numbers().Distinct().Order());
        await Eventually.HoldsAsync("health tells", () => _orders!.Health.IsReady);
    }

    [Fact]
    public async Task Starts_without_a_broker_and_says_that_it_is_not_ready()
    {
        _settings["Messaging:StartDelayMax"] = "00:00:00.020";
        _broker.IsAway = true;
        await StartAsync();
        await PublishAsync([new OrderPlaced("a", 1)]);
        await Eventually.HoldsAsync(
            "the reason is told",
            () => _orders!.Health.Parts.Any(part => part is { Name: "transport", Reason: "The broker is away." }));
        Assert.False(_orders!.Health.HasStarted);
        _broker.IsAway = false;
        await UntilSentAsync(1);
        await Eventually.HoldsAsync("it is ready", () => _orders!.Health.IsReady);
    }

    private async Task StartAsync(bool readsAhead = false, int bodySizeBytesMax = 1024 * 1024)
    {
        var away = _broker.IsAway;
        _orders = await TestService.StartAsync(
            "orders", _folder.File("orders.db"), _broker.Connect(bodySizeBytesMax),
            messages => messages.Publishes<OrderPlaced>(placed => placed.Order),
            settings: _settings,
            decorate: store => _store = new CountingStore(store) { ReadsAhead = readsAhead });
        if (!away) await Eventually.HoldsAsync("the service is ready", () => _orders.Health.IsReady);
    }

    private Task PublishAsync(IEnumerable<OrderPlaced> placed) => _orders!.CommitAsync(work =>
    {
        foreach (var order in placed) work.Publish(order);
    });

    private List<OrderPlaced> Sent()
    {
        var events = new List<DecodedEvent>();
        foreach (var message in _broker.Log("orders")) WireFormat.Decode(message, Some.Time, events);
        return [.. events.Select(known => System.Text.Json.JsonSerializer.Deserialize<OrderPlaced>(
            known.Event.Data.Span, System.Text.Json.JsonSerializerOptions.Web)!)];
    }

    private IEnumerable<int> Numbers(string? key = null) =>
        Sent().Where(placed => key is null || placed.Order == key).Select(placed => placed.Number);

    private Task UntilSentAsync(int count) => Eventually.HoldsAsync(
        $"{count} events were sent", () => Sent().Select(placed => placed.Number).Distinct().Count() >= count);

    private Task UntilEmptyAsync() => Eventually.HoldsAsync(
        "the outbox is empty", async () => (await _orders!.Store.ReadStatisticsAsync(default)).OutboxRows == 0);
}
