using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>What one reader sees of what one writer sends.</summary>
public sealed class KafkaDelivery(KafkaBackend kafka)
{
    [Fact]
    public async Task Delivers_all_partitions_in_order()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        var messages = Enumerable.Range(0, KafkaBackend.Partitions)
            .SelectMany(part => Some.Messages(stream, part, 500)).ToList();

        var result = await transport.SendAsync(messages, Stop);

        Assert.Empty(result.Failures);
        await received.UntilAsync(2_000);
        for (var part = 0; part < KafkaBackend.Partitions; part++)
            Assert.Equal(Enumerable.Range(0, 500), received.Numbers(part));
    }

    [Fact]
    public async Task Carries_key_attributes_and_content_type()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var sent = Some.Message(stream, 3, "{\"a\":\"æ\"}", "key-æ");

        await transport.SendAsync([sent], Stop);

        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await received.UntilAsync(1);
        var got = Assert.Single(received.Settled);
        Assert.Equal((sent.Stream, sent.Partition, sent.Key, sent.Id, sent.ContentType, sent.Text()),
            (got.Stream, got.Partition, got.Key, got.Id, got.ContentType, got.Text()));
        Assert.Equal(sent.Attributes, got.Attributes);
    }

    [Fact]
    public async Task Redelivers_the_same_messages_in_order_when_asked_or_when_the_handler_throws()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 100), Stop);
        List<int[]> attempts = [];
        await using var received = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream), (delivery, _) =>
            {
                attempts.Add([.. delivery.Messages.Select(message => message.Number())]);
                if (attempts.Count == 1) throw new InvalidOperationException("The handler fails.");
                return Task.FromResult(attempts.Count < 4 ? DeliveryOutcome.Redeliver : DeliveryOutcome.Settle);
            });

        await received.UntilAsync(100);

        Assert.Equal(Enumerable.Range(0, 100), received.Numbers(0));
        Assert.All(attempts.Take(4), attempt => Assert.Equal(attempts[0], attempt));
    }

    [Fact]
    public async Task Delivers_again_only_what_was_not_settled()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 1, 10), Stop);
        var first = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream, batchMax: 5),
            (delivery, _) => Task.FromResult(
                delivery.Messages[0].Number() < 5 ? DeliveryOutcome.Settle : DeliveryOutcome.Redeliver));
        await first.UntilAsync(5);
        await Eventually.HoldsAsync("the rest was refused once", () => first.Deliveries > 1);
        await first.DisposeAsync();

        await using var second = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await second.UntilAsync(5);

        Assert.Equal(Enumerable.Range(first.Count, 10 - first.Count), second.Numbers(1));
    }

    [Fact]
    public async Task Delivers_on_an_idle_system_though_no_timer_ever_fires()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        // Anything that lingers or polls between send and delivery would wait for ever.
        var stopped = new FakeTimeProvider();
        await using var transport = kafka.Transport(clock: stopped);
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        for (var number = 0; number < 12; number++)
        {
            await transport.SendAsync([Some.Message(stream, number % 4, KafkaBackend.Number(number))], Stop);
            await received.UntilAsync(number + 1);
        }
    }

    [Fact]
    public async Task A_late_subscriber_reads_from_the_beginning()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream), Stop);
        await transport.SendAsync(Some.Messages(stream, 2, 20), Stop);

        await using var late = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream, "late"));

        await late.UntilAsync(20);
        Assert.Equal(Enumerable.Range(0, 20), late.Numbers(2));
    }
}
