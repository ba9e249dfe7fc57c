using System.Text;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class ConsumingRules : IAsyncDisposable
{
    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Handles_a_batch_in_one_transaction_of_two_round_trips()
    {
        await _stock.StartAsync();
        await Eventually.HoldsAsync("start-up is over", () => _stock.Counted.Trips.Contains("commit"));
        _stock.Counted.Forget();
        _stock.Deliver([.. Enumerable.Range(0, 50).Select(number => new OrderPlaced("k" + number, number))]);

        Assert.Equal(Enumerable.Range(0, 50), await _stock.UntilSeenAsync(50));
        Assert.Equal(["admit", "commit"], _stock.Counted.Trips.Where(trip => !trip.Contains("outbox")));
        Assert.Equal([50], _stock.Script.Prefetches);
    }

    [Fact]
    public async Task Publishes_what_handlers_publish_after_the_commit()
    {
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2));
        await Eventually.HoldsAsync("both were sent", () => _stock.Broker.Log("stock").Sum(Events) == 2);
    }

    [Fact]
    public async Task Handles_a_second_copy_no_more()
    {
        await _stock.StartAsync();
        var one = StockService.Event(new OrderPlaced("a", 1));
        _stock.Deliver(one);
        _stock.Deliver(one);
        _stock.Broker.Append(Wire.WireFormat.EncodeFrame([one, one, StockService.Event(new OrderPlaced("a", 2))], 0));
        Assert.Equal([1, 2], await _stock.UntilSeenAsync(2));
        Assert.Equal(2, _stock.Script.Calls.Count);
    }

    [Fact]
    public async Task Takes_a_batch_for_new_and_holds_nothing_against_a_copy_in_it()
    {
        await StartUntilHopefulAsync();
        var copy = StockService.Event(new OrderPlaced("a", 32));
        // Another process has handled it; nobody told this one.
        await using (var elsewhere = await _stock.Service.Store.BeginAsync(default))
        {
            await elsewhere.AdmitAsync("orders", [copy.Id], ["a"], TimeProvider.System.GetUtcNow(), default);
            await elsewhere.CommitAsync(default);
        }
        _stock.Broker.Append(Wire.WireFormat.EncodeFrame([copy, StockService.Event(new OrderPlaced("a", 33))], 0));
        Assert.Equal(33, (await _stock.UntilSeenAsync(33))[^1]);
        Assert.Equal(1, _stock.Counted.Hopes);
        Assert.All(_stock.Script.Calls, call => Assert.Equal(1, call.Attempt));
        Assert.Empty(await _stock.ParkedAsync());
    }

    /// <summary>The first batches of a partition may have been handled by its reader before.</summary>
    private async Task StartUntilHopefulAsync()
    {
        await _stock.StartAsync();
        _stock.Counted.AdmitsWithCommit = true;
        for (var number = 0; number < 32; number++)
        {
            _stock.Deliver(new OrderPlaced("a", number));
            await _stock.UntilSeenAsync(number + 1);
        }
        Assert.Equal(0, _stock.Counted.Hopes);
        _stock.Counted.Forget();
    }

    [Fact]
    public async Task Asks_before_it_takes_what_it_has_seen_lately()
    {
        await StartUntilHopefulAsync();
        var one = StockService.Event(new OrderPlaced("a", 32));
        _stock.Deliver(one);
        await _stock.UntilSeenAsync(33);
        Assert.Equal(1, _stock.Counted.Hopes);
        Assert.DoesNotContain("admit", _stock.Counted.Trips);

        // A copy that was seen lately is expected, so that no transaction fails on it.
        _stock.Broker.Append(Wire.WireFormat.EncodeFrame([one, StockService.Event(new OrderPlaced("a", 33))], 0));
        await _stock.UntilSeenAsync(34);
        Assert.Equal(1, _stock.Counted.Hopes);
        Assert.Equal(1, _stock.Counted.Trips.Count(trip => trip == "admit"));
        Assert.All(_stock.Script.Calls, call => Assert.Equal(1, call.Attempt));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Parks_the_failing_message_and_those_behind_it_and_handles_the_others()
    {
        _stock.Script.OnOrder = (placed, _) => Fail(placed.Number == 3);
        await _stock.StartAsync();
        _stock.Deliver(
            [.. Enumerable.Range(0, 10).Select(number => new OrderPlaced(number % 2 == 0 ? "even" : "odd", number))]);

        Assert.Equal([0, 1, 2, 4, 6, 8], await _stock.UntilSeenAsync(6));
        var parked = await _stock.ParkedAsync();
        Assert.Equal(4, parked.Count);
        Assert.Equal([3, 0, 0, 0], parked.Select(message => message.Attempts));
        Assert.Contains("It always fails", parked[0].Reason, StringComparison.Ordinal);
        Assert.All(parked, message => Assert.Equal("odd", message.Event.Key));
        Assert.Equal([1, 2, 3], _stock.Script.Calls.Where(call => call.Number == 3).Select(call => call.Attempt));

        _stock.Deliver(new OrderPlaced("odd", 11), new OrderPlaced("even", 12));
        Assert.Equal(12, (await _stock.UntilSeenAsync(7))[^1]);
        Assert.Equal(5, (await _stock.ParkedAsync()).Count);
    }

    [Fact]
    public async Task Finds_the_message_whose_queued_statement_fails_only_at_the_commit()
    {
        _stock.Script.OnOrder = (placed, context) =>
        {
            if (placed.Number == 7) context.Work.EnqueueOne("update seen set number = 0 where key = 'nobody'");
        };
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(0, 16).Select(number => new OrderPlaced("k" + number, number))]);
        Assert.Equal(Enumerable.Range(0, 16).Where(number => number != 7), await _stock.UntilSeenAsync(15));
        Assert.Single(await _stock.UntilParkedAsync(1));
    }

    [Fact]
    public async Task Parks_every_message_of_a_batch_that_fails_as_a_whole()
    {
        _stock.Script.OnOrder = (_, _) => Fail(true);
        await _stock.StartAsync();
        _stock.Deliver([.. Enumerable.Range(0, 5).Select(number => new OrderPlaced("k" + number, number))]);
        Assert.Equal(5, (await _stock.UntilParkedAsync(5)).Count);
        Assert.Empty(await _stock.SeenAsync());
    }

    [Fact]
    public async Task Parks_nothing_while_the_database_is_away_and_goes_on_after()
    {
        await _stock.StartAsync();
        var failures = 0;
        _stock.Counted.Before = trip =>
        {
            if (trip is "admit" or "commit" && Interlocked.Increment(ref failures) <= 20)
            {
                throw new DatabaseAwayException();
            }
        };
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2));
        Assert.Equal([1, 2], await _stock.UntilSeenAsync(2));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Waits_for_ever_when_a_handler_asks_to()
    {
        var calls = 0;
        _stock.Script.OnOrder = (_, _) =>
        {
            if (++calls < 10) throw new RetryLaterException("The provider is away.");
        };
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1));
        Assert.Equal([1], await _stock.UntilSeenAsync(1));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Theory]
    [InlineData("{\"order\":")]
    [InlineData("null")]
    [InlineData("{\"order\":\"a\",\"number\":\"x\"}")]
    public async Task Parks_at_once_what_the_handler_s_type_cannot_hold(string json)
    {
        await _stock.StartAsync();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 0)) with { Data = Encoding.UTF8.GetBytes(json) });
        _stock.Deliver(new OrderPlaced("b", 2));
        Assert.Equal([2], await _stock.UntilSeenAsync(1));
        var parked = Assert.Single(await _stock.UntilParkedAsync(1));
        Assert.Equal(1, parked.Attempts);
        Assert.StartsWith("The data could not be read", parked.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/cloudevents-batch+json", "[{\"id\":\"1\"")]
    [InlineData("application/cloudevents-batch+json", "{}")]
    [InlineData("application/cloudevents+json", "\xff\xfe")]
    [InlineData("application/json", "{}")]
    public async Task Parks_bytes_that_are_no_event_and_goes_on(string contentType, string body)
    {
        await _stock.StartAsync();
        var bytes = Encoding.Latin1.GetBytes(body);
        _stock.Broker.Append(new WireMessage("orders", 0, "k", null, contentType, [], bytes));
        _stock.Deliver(new OrderPlaced("b", 2));
        Assert.Equal([2], await _stock.UntilSeenAsync(1));
        var parked = Assert.Single(await _stock.UntilParkedAsync(1));
        Assert.StartsWith("Not a CloudEvent", parked.Reason, StringComparison.Ordinal);
        Assert.Equal(bytes, parked.Event.Data.ToArray());
    }

    [Fact]
    public async Task Settles_types_that_it_has_no_handler_for()
    {
        await _stock.StartAsync();
        _stock.Deliver(StockService.Event(new OrderPlaced("a", 0)) with { Type = "orders.order-shipped.v1" });
        _stock.Deliver(new OrderPlaced("a", 1));
        Assert.Equal([1], await _stock.UntilSeenAsync(1));
        Assert.Empty(await _stock.ParkedAsync());
    }

    [Fact]
    public async Task Gives_a_batch_handler_its_events_together()
    {
        await _stock.StartAsync(batchHandler: true);
        _stock.Deliver([.. Enumerable.Range(0, 8).Select(number => new OrderPlaced("k" + number, number))]);
        Assert.Equal(Enumerable.Range(0, 8), await _stock.UntilSeenAsync(8));
        Assert.Equal([8], _stock.Script.Prefetches);
    }

    [Fact]
    public async Task Finds_the_failing_message_of_a_batch_handler()
    {
        _stock.Script.OnOrder = (placed, _) => Fail(placed.Number == 5);
        await _stock.StartAsync(batchHandler: true);
        _stock.Deliver([.. Enumerable.Range(0, 8).Select(number => new OrderPlaced("k" + number, number))]);
        Assert.Equal([0, 1, 2, 3, 4, 6, 7], await _stock.UntilSeenAsync(7));
        Assert.Single(await _stock.UntilParkedAsync(1));
    }

    [Fact]
    public async Task Splits_a_large_delivery_into_bounded_transactions()
    {
        _stock.Settings["Messaging:Consume:BatchSize"] = "10";
        await _stock.StartAsync();
        _stock.Counted.Forget();
        _stock.Deliver([.. Enumerable.Range(0, 35).Select(number => new OrderPlaced("k" + number, number))]);
        Assert.Equal(Enumerable.Range(0, 35), await _stock.UntilSeenAsync(35));
        Assert.Equal(4, _stock.Counted.Trips.Count(trip => trip == "commit"));
    }

    internal static void Fail(bool really)
    {
        if (really) throw new InvalidOperationException("It always fails.");
    }

    private static int Events(WireMessage message)
    {
        var events = new List<Wire.DecodedEvent>();
        Wire.WireFormat.Decode(message, Some.Time, events);
        return events.Count;
    }
}
