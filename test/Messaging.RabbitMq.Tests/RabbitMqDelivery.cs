using Microsoft.Extensions.Time.Testing;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>What one reader sees of what one writer sends.</summary>
public sealed class RabbitMqDelivery(RabbitMqBackend rabbit)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Delivers_all_partitions_in_order()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        var messages = Enumerable.Range(0, 4).SelectMany(part => Some.Messages(stream, part, 500)).ToList();

        var result = await transport.SendAsync(messages, Stop);

        Assert.Empty(result.Failures);
        await reading.UntilAsync(2_000);
        for (var part = 0; part < 4; part++) Assert.Equal(Enumerable.Range(0, 500), reading.Numbers(part));
    }

    [Fact]
    public async Task Does_not_name_another_process_as_the_reader_where_it_could_be_this_one()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var one = rabbit.Transport();
        await using var other = rabbit.Transport();
        await using var outside = rabbit.Transport();
        foreach (var each in (ITransport[])[one, other, outside])
        {
            await each.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        }
        await using var reading = await Reading.StartAsync(one, RabbitMqBackend.Subscription(stream));
        await using var waiting = await Reading.StartAsync(other, RabbitMqBackend.Subscription(stream));

        await UntilAllAsync(one, "this or another process");
        await UntilAllAsync(outside, "another process");

        Task UntilAllAsync(ITransport asked, string owner) => Eventually.HoldsAsync(owner, async () =>
            (await asked.InspectAsync(RabbitMqBackend.Subscription(stream), Stop)).All(state => state.Owner == owner));
    }

    [Fact]
    public async Task Carries_key_attributes_and_content_type()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        var sent = Some.Message(stream, 3, "{\"a\":\"æ\"}", "key-æ");

        await transport.SendAsync([sent], Stop);

        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await reading.UntilAsync(1);
        var got = Assert.Single(reading.Messages);
        Assert.Equal((sent.Stream, sent.Partition, sent.Key, sent.Id, sent.ContentType, sent.Text()),
            (got.Stream, got.Partition, got.Key, got.Id, got.ContentType, got.Text()));
        Assert.Equal(sent.Attributes.OrderBy(pair => pair.Key), got.Attributes.OrderBy(pair => pair.Key));
    }

    [Fact]
    public async Task Hands_the_same_messages_again_in_order_when_asked_or_when_the_handler_throws()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 100), Stop);
        List<int> firsts = [];
        await using var reading = await Reading.StartAsync(
            transport, RabbitMqBackend.Subscription(stream), (delivery, _) =>
            {
                firsts.Add(delivery.Messages[0].Number());
                if (firsts.Count == 1) throw new InvalidOperationException("The handler fails.");
                return Task.FromResult(firsts.Count < 4 ? DeliveryOutcome.Redeliver : DeliveryOutcome.Settle);
            });

        await reading.UntilAsync(100);

        Assert.Equal(Enumerable.Range(0, 100), reading.Numbers(0));
        Assert.Equal([0, 0, 0, 0], firsts.Take(4));
    }

    [Fact]
    public async Task Delivers_again_only_what_was_not_settled()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 1, 10), Stop);
        var refused = 0;
        var first = await Reading.StartAsync(
            transport, RabbitMqBackend.Subscription(stream, batchMax: 5), (delivery, _) =>
            {
                if (delivery.Messages[0].Number() < 5) return Task.FromResult(DeliveryOutcome.Settle);
                Interlocked.Increment(ref refused);
                return Task.FromResult(DeliveryOutcome.Redeliver);
            });
        await Eventually.HoldsAsync("the rest was refused", () => refused > 0, stop: Stop);
        await first.DisposeAsync();

        await using var second = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await second.UntilAsync(10 - first.Count);

        Assert.Equal(Enumerable.Range(first.Count, 10 - first.Count), second.Numbers(1));
    }

    [Fact]
    public async Task Delivers_on_an_idle_system_though_no_timer_ever_fires()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        // Anything that lingers or polls between send and delivery would wait for ever.
        var stopped = new FakeTimeProvider();
        await using var transport = rabbit.Transport(clock: stopped);
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        for (var number = 0; number < 12; number++)
        {
            await transport.SendAsync([Some.Message(stream, number % 4, "1")], Stop);
            await reading.UntilAsync(number + 1);
        }
    }

    [Fact]
    public async Task Events_wait_for_a_known_subscriber_that_has_not_started()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var publisher = rabbit.Transport();
        await publisher.StartPatientlyAsync(new Topology([new StreamDefinition(stream, 4, ["late"])], []), Stop);
        await publisher.SendAsync(Some.Messages(stream, 2, 20), Stop);

        await using var late = rabbit.Transport();
        await late.StartPatientlyAsync(new Topology([], [RabbitMqBackend.Subscription(stream, "late")]), Stop);
        await using var reading = await Reading.StartAsync(late, RabbitMqBackend.Subscription(stream, "late"));

        await reading.UntilAsync(20);
        Assert.Equal(Enumerable.Range(0, 20), reading.Numbers(2));
    }

    [Fact]
    public async Task Never_has_two_deliveries_of_a_partition_out()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        var inside = 0;
        var most = 0;
        await using var reading = await Reading.StartAsync(
            transport, RabbitMqBackend.Subscription(stream, batchMax: 7), async (_, revoked) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref inside));
                await Task.Delay(2, revoked);
                Interlocked.Decrement(ref inside);
                return DeliveryOutcome.Settle;
            });

        await transport.SendAsync([.. Some.Messages(stream, 0, 200), .. Some.Messages(stream, 1, 200)], Stop);

        await reading.UntilAsync(400);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Of_several_broadcasts_at_once_to_a_broker_that_hangs_each_says_that_it_is_away()
    {
        rabbit.Server.Require();
        await using var proxy = new TcpProxy(rabbit.Server.Port);
        await using var transport = rabbit.Transport(options =>
        {
            options.Uri = RabbitMqServer.UriAt(proxy.Port);
            options.BrokerTimeout = TimeSpan.FromSeconds(2);
        });
        await Eventually.HoldsAsync("it is connected", async () =>
        {
            await transport.BroadcastAsync(Some.Name("before"), "lost"u8.ToArray(), Stop);
            return true;
        }, stop: Stop);
        proxy.Swallow();
        // Each on a channel of its own, for which the broker has to answer: one waits for that, the others for it.
        var failures = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Record.ExceptionAsync(
            () => transport.BroadcastAsync(Some.Name("channel"), "lost"u8.ToArray(), Stop)).AsTask()));
        Assert.All(failures, failure => Assert.IsType<TransportUnavailableException>(failure));
    }

    [Fact]
    public async Task Broadcasts_reach_every_listener_and_only_those_listening()
    {
        rabbit.Server.Require();
        var channel = Some.Name("channel");
        await using var transport = rabbit.Transport();
        await using var other = rabbit.Transport();
        List<string> heard = [];
        ValueTask Hear(ReadOnlyMemory<byte> payload)
        {
            lock (heard) heard.Add(System.Text.Encoding.UTF8.GetString(payload.Span));
            return default;
        }
        await transport.BroadcastAsync(channel, "lost"u8.ToArray(), Stop);
        await using var first = await transport.ListenAsync(channel, Hear, Stop);
        await using var second = await other.ListenAsync(channel, Hear, Stop);

        await transport.BroadcastAsync(channel, "heard"u8.ToArray(), Stop);

        await Eventually.HoldsAsync("both heard it", () => heard.Count == 2, stop: Stop);
        Assert.Equal(["heard", "heard"], heard);
    }
}
