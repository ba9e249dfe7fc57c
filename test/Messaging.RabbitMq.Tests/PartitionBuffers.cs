using RabbitMQ.Client;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>What a reader knows of the messages that it was lent, without a broker.</summary>
public sealed class PartitionBuffers
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

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
        buffer.TryAdd(generation, Some.Message("s", 0, "1"), 1, s_now);
        Assert.Null(watchdog.Look(ready: 5, consumers: 1, served: true));
    }

    [Fact]
    public void Drops_what_an_earlier_channel_delivered_or_would_settle()
    {
        var buffer = new PartitionBuffer();
        var earlier = buffer.Begin();
        buffer.TryAdd(earlier, Some.Message("s", 0, "1"), 1, s_now);
        var taken = buffer.Take(10, [])!;

        buffer.End();
        var later = buffer.Begin();

        Assert.True(taken.Lost.IsCancellationRequested);
        Assert.False(buffer.TryAdd(earlier, Some.Message("s", 0, "2"), 2, s_now));
        Assert.False(buffer.TrySettle(taken));
        Assert.True(buffer.TryAdd(later, Some.Message("s", 0, "1"), 1, s_now));
        Assert.NotNull(buffer.Take(10, []));
    }

    [Fact]
    public void Tells_since_when_the_oldest_message_waits_until_it_is_settled()
    {
        var buffer = new PartitionBuffer();
        var generation = buffer.Begin();
        Assert.Null(buffer.OldestSentAt);
        buffer.TryAdd(generation, Some.Message("s", 0, "1"), 1, s_now);
        buffer.TryAdd(generation, Some.Message("s", 0, "2"), 2, s_now.AddSeconds(1));

        Assert.Equal(s_now, buffer.OldestSentAt);
        var taken = buffer.Take(1, [])!;
        Assert.Equal(s_now, buffer.OldestSentAt);
        buffer.TrySettle(taken);
        Assert.Equal(s_now.AddSeconds(1), buffer.OldestSentAt);
    }

    [Fact]
    public void Believes_the_timestamp_of_a_message_only_where_it_can_be_one()
    {
        Assert.Equal(s_now, AmqpHeaders.SentAt(AmqpHeaders.Write(Some.Message("s", 0, "1"), s_now.AddMilliseconds(9))));
        Assert.Null(AmqpHeaders.SentAt(new BasicProperties()));
        Assert.Null(AmqpHeaders.SentAt(new BasicProperties { Timestamp = new AmqpTimestamp(long.MaxValue) }));
        Assert.Null(AmqpHeaders.SentAt(new BasicProperties { Timestamp = new AmqpTimestamp(-1) }));
    }
}
