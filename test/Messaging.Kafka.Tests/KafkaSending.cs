using Confluent.Kafka;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>What a send answers, and what it does with what cannot be accepted.</summary>
public sealed class KafkaSending(KafkaBackend kafka)
{
    [Fact]
    public async Task Refuses_a_body_that_is_too_large_and_accepts_the_others()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.BodySizeBytesMax = 100_000);
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var messages = Some.Messages(stream, 0, 3);
        messages[1] = messages[1] with { Body = new byte[100_001] };

        var result = await transport.SendAsync(messages, Stop);

        var refused = Assert.Single(result.Failures);
        Assert.Equal((1, SendOutcome.Refused), (refused.Index, refused.Outcome));
        Assert.Contains("BodySizeBytesMax", refused.Reason, StringComparison.Ordinal);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await received.UntilAsync(2);
        Assert.Equal([0, 2], received.Numbers(0));
    }

    [Fact]
    public async Task Takes_a_body_of_the_full_size()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var body = new byte[transport.Features.BodySizeBytesMax];
        Random.Shared.NextBytes(body);

        var result = await transport.SendAsync([Some.Message(stream, 0, "0") with { Body = body }], Stop);

        Assert.Empty(result.Failures);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await received.UntilAsync(1);
        Assert.True(received.Settled[0].Body.Span.SequenceEqual(body));
    }

    [Fact]
    public async Task Keeps_order_through_more_messages_than_the_client_holds()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(60));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var count = KafkaClients.QueuedMessagesMax + 5_000;

        var result = await transport.SendAsync(Some.Messages(stream, 0, count), Stop);

        Assert.Empty(result.Failures);
        await using var received = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream, batchMax: 1_000));
        await received.UntilAsync(count, TimeSpan.FromSeconds(60));
        Assert.Equal(Enumerable.Range(0, count), received.Numbers(0));
    }

    [Fact]
    public async Task Sends_again_by_itself_after_the_topic_was_lost_and_made_anew()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(5));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 10), Stop);
        using var admin =
            new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.Server.BootstrapServers }).Build();

        await admin.DeleteTopicsAsync([stream]);
        var failed = await OutcomeAsync(transport, Some.Messages(stream, 0, 10, first: 10));
        await Eventually.HoldsAsync("the topic can be made again", async () =>
        {
            await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
            return true;
        });
        await Eventually.HoldsAsync("sending works", async () =>
            await OutcomeAsync(transport, Some.Messages(stream, 0, 10, first: 10)) == "accepted",
            TimeSpan.FromSeconds(40));

        Assert.NotEqual("accepted", failed);
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await received.UntilAsync(10);
        Assert.Equal(Enumerable.Range(10, 10), received.FirstNumbers(0));
    }

    [Fact]
    public async Task Names_an_unknown_topic_instead_of_staying_silent()
    {
        kafka.Server.Require();
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(40));
        var known = Some.Name("stream");
        await transport.StartAsync(KafkaBackend.Topology(known), Stop);

        var result = await transport.SendAsync(
            [Some.Message(Some.Name("nowhere"), 0, "0"), Some.Message(known, 0, "1")], Stop);

        var refused = Assert.Single(result.Failures);
        Assert.Equal((0, SendOutcome.Refused), (refused.Index, refused.Outcome));
        Assert.Contains("nowhere", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Replaces_a_producer_that_failed_for_good_and_keeps_the_order()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        for (var round = 0; round < 10; round++)
        {
            var messages = Some.Messages(stream, 0, 100, round * 100);
            var sending = OutcomeAsync(transport, messages);
            if (round % 3 == 1) NativeClient.Fail(transport.ProducerHandle!);
            if (await sending != "accepted") Assert.Equal("accepted", await OutcomeAsync(transport, messages));
        }

        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await Eventually.HoldsAsync("all is there", () => received.FirstNumbers(0).Length == 1_000);
        Assert.Equal(Enumerable.Range(0, 1_000), received.FirstNumbers(0));
    }

    [Fact]
    public async Task A_send_that_was_abandoned_with_its_producer_does_not_end_the_next_one()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(30));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
        Task<string> second, third;
        await using (await kafka.InterruptAsync())
        {
            var first = OutcomeAsync(transport, Some.Messages(stream, 0, 10, first: 1));
            NativeClient.Fail(transport.ProducerHandle!);
            await Eventually.HoldsAsync("the failure is known", () => transport.ProducerHasFailed);
            second = OutcomeAsync(transport, Some.Messages(stream, 1, 10));
            var successor = NativeClient.Of(transport.ProducerHandle!);
            Assert.NotEqual("accepted", await Eventually.AnswersAsync("the first is given up", first));

            third = OutcomeAsync(transport, Some.Messages(stream, 2, 10));

            Assert.Same(successor, NativeClient.Of(transport.ProducerHandle!));
        }
        Assert.Equal("accepted", await Eventually.AnswersAsync("the second ends", second, TimeSpan.FromSeconds(40)));
        Assert.Equal("accepted", await Eventually.AnswersAsync("the third ends", third, TimeSpan.FromSeconds(40)));
    }

    private static async Task<string> OutcomeAsync(KafkaTransport transport, List<WireMessage> messages)
    {
        try
        {
            var result = await transport.SendAsync(messages, Stop);
            return result.Failures.Count == 0 ? "accepted" : result.Failures[0].Outcome.ToString();
        }
        catch (TransportUnavailableException)
        {
            return "unavailable";
        }
    }
}
