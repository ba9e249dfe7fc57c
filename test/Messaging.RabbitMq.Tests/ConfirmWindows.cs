using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>The tracking of confirms, without a broker.</summary>
public sealed class ConfirmWindows
{
    [Fact]
    public void Accepts_what_a_cumulative_ack_covers_and_nothing_more()
    {
        var (window, batch) = Filled(5);

        window.Settle(3, multiple: true, accepted: true);

        Assert.Equal([3, 4], Open(batch));
    }

    [Fact]
    public void Takes_acks_out_of_order()
    {
        var (window, batch) = Filled(4);

        window.Settle(4, multiple: false, accepted: true);
        window.Settle(1, multiple: false, accepted: true);
        window.Settle(3, multiple: true, accepted: true);

        Assert.True(batch.Known.IsCompletedSuccessfully);
        Assert.Empty(batch.Result("open").Failures);
    }

    [Fact]
    public void Bounds_what_is_unconfirmed_and_goes_round()
    {
        var batch = new SendBatch(Some.Messages("s", 0, 10));
        var window = new ConfirmWindow(3);
        for (var index = 0; index < 10; index++)
        {
            Assert.True(window.TryAdd(batch, index));
            if (index < 2) continue;
            Assert.False(window.TryAdd(batch, index));
            var room = window.WhenRoomAsync();
            Assert.False(room.IsCompleted);
            window.Settle((ulong)index - 1, multiple: false, accepted: true);
            Assert.True(room.IsCompletedSuccessfully);
        }
    }

    [Fact]
    public void Refuses_the_returned_message_though_the_broker_acks_it()
    {
        var (window, batch) = Filled(3);

        window.Return("s", "0", batch.Messages[1].Id, "unroutable");
        window.Settle(3, multiple: true, accepted: true);

        var failure = Assert.Single(batch.Result("open").Failures);
        Assert.Equal((1, SendOutcome.Refused, "unroutable"), (failure.Index, failure.Outcome, failure.Reason));
    }

    [Fact]
    public void Leaves_everything_after_a_nack_unknown_in_its_partition_only()
    {
        var batch = new SendBatch([.. Some.Messages("s", 0, 3), .. Some.Messages("s", 1, 1)]);
        var window = new ConfirmWindow(8);
        for (var index = 0; index < 4; index++) window.TryAdd(batch, index);

        window.Settle(2, multiple: false, accepted: false);
        window.Settle(4, multiple: true, accepted: true);

        Assert.Equal([1, 2], batch.Result("open").Failures.Select(failure => failure.Index));
        Assert.All(batch.Result("open").Failures, failure => Assert.Equal(SendOutcome.Unknown, failure.Outcome));
    }

    [Fact]
    public void Leaves_all_open_messages_unknown_when_the_channel_closes_and_takes_no_more()
    {
        var (window, batch) = Filled(3);
        window.Settle(1, multiple: false, accepted: true);

        window.Close("gone");

        Assert.Equal([(1, "gone"), (2, "gone")],
            batch.Result("open").Failures.Select(failure => (failure.Index, failure.Reason)));
        Assert.False(window.TryAdd(batch, 0));
    }

    [Fact]
    public void Knows_a_reader_that_the_broker_does_not_serve()
    {
        var buffer = new PartitionBuffer();
        var generation = buffer.Begin();
        var watchdog = new Watchdog(buffer);

        Assert.Null(watchdog.Look(ready: 5, consumers: 1, served: true)); // The first look only remembers.
        Assert.NotNull(watchdog.Look(ready: 5, consumers: 1, served: true));
        Assert.Null(watchdog.Look(ready: 5, consumers: 1, served: false)); // They may wait for another process.
        Assert.NotNull(watchdog.Look(ready: 0, consumers: 0, served: false));
        buffer.TryAdd(generation, Some.Message("s", 0, "1"), 1);
        Assert.Null(watchdog.Look(ready: 5, consumers: 1, served: true));
    }

    [Fact]
    public void Drops_what_an_earlier_channel_delivered_or_would_settle()
    {
        var buffer = new PartitionBuffer();
        var earlier = buffer.Begin();
        buffer.TryAdd(earlier, Some.Message("s", 0, "1"), 1);
        var taken = buffer.Take(10, [])!;

        buffer.End();
        var later = buffer.Begin();

        Assert.True(taken.Lost.IsCancellationRequested);
        Assert.False(buffer.TryAdd(earlier, Some.Message("s", 0, "2"), 2));
        Assert.False(buffer.TrySettle(taken));
        Assert.True(buffer.TryAdd(later, Some.Message("s", 0, "1"), 1));
        Assert.NotNull(buffer.Take(10, []));
    }

    private static (ConfirmWindow Window, SendBatch Batch) Filled(int count)
    {
        var batch = new SendBatch(Some.Messages("s", 0, count));
        var window = new ConfirmWindow(8);
        for (var index = 0; index < count; index++) Assert.True(window.TryAdd(batch, index));
        return (window, batch);
    }

    private static IEnumerable<int> Open(SendBatch batch) =>
        batch.Result("open").Failures.Select(failure => failure.Index);
}
