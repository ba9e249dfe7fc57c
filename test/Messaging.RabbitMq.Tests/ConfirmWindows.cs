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
