using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>How readers of one subscription share its partitions, and what happens when they come,
/// go, hang and die.</summary>
public sealed class KafkaMembership(KafkaBackend kafka)
{
    [Fact]
    public async Task Two_readers_share_the_partitions_and_a_clean_close_hands_them_over_at_once()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await using var first = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        var second = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await SendUntilBothReadAsync(transport, stream, first, second);
        await second.DisposeAsync();

        var (before, began) = (first.Count, TimeProvider.System.GetTimestamp());
        await SendToAllAsync(transport, stream, 10_000, 1);
        await first.UntilAsync(before + KafkaBackend.Partitions, TimeSpan.FromSeconds(10));

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"taken over in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
        for (var part = 0; part < KafkaBackend.Partitions; part++)
        {
            // Each message once, though the partitions moved twice: what was settled was
            // committed before the hand-over.
            var all = first.Numbers(part).Concat(second.Numbers(part)).Order().ToArray();
            Assert.Equal(all.Distinct(), all);
        }
    }

    [Fact]
    public async Task A_reader_that_dies_is_replaced_within_ten_seconds_with_the_default_settings()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        // The dying reader comes through a proxy that then swallows all: to the broker it is silent, as a dead
        // process is whose machine is gone.
        await using var proxy = new TcpProxy(kafka.Server.ProxyTargetPort, kafka.Server.AdvertisedProxyPort);
        await using var dying = kafka.Transport(options => options.BootstrapServers = $"127.0.0.1:{proxy.Port}");
        await using var first = await Received.SubscribeAsync(dying, KafkaBackend.Subscription(stream));
        await using var second = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await SendUntilBothReadAsync(transport, stream, first, second);
        var before = second.Count;

        proxy.Swallow();
        var began = TimeProvider.System.GetTimestamp();
        await SendToAllAsync(transport, stream, 10_000, 1);
        await Eventually.HoldsAsync("the survivor reads every partition",
            () => Enumerable.Range(0, KafkaBackend.Partitions).All(part => second.Numbers(part).Contains(10_000)),
            TimeSpan.FromSeconds(10));

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"taken over in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.True(second.Count > before);
    }

    [Fact]
    public async Task A_handler_that_takes_longer_than_the_session_keeps_its_partitions()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SessionTimeout = TimeSpan.FromSeconds(1));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 10), Stop);
        await using var received = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream), async (_, revoked) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(3), revoked);
                return DeliveryOutcome.Settle;
            });
        await received.UntilAsync(10);
        await transport.SendAsync(Some.Messages(stream, 0, 10, first: 10), Stop);
        await received.UntilAsync(20);

        Assert.Equal(Enumerable.Range(0, 20), received.Numbers(0));
    }

    [Fact]
    public async Task A_newcomer_takes_its_share_while_a_handler_works_and_the_handler_is_told()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.RevokeTimeout = TimeSpan.FromSeconds(3));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var (busy, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var first = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream), async (delivery, revoked) =>
            {
                // Only a delivery of all partitions is sure to lose some of them to the newcomer.
                var all = delivery.Messages.Select(message => message.Partition).Distinct().Count()
                    == KafkaBackend.Partitions;
                if (busy.Task.IsCompleted || !all) return DeliveryOutcome.Settle;
                busy.SetResult();
                await using var _ = revoked.Register(() => told.TrySetResult());
                await told.Task.WithinAsync(TimeSpan.FromSeconds(15), CancellationToken.None);
                return DeliveryOutcome.Redeliver;
            });
        var sent = 0;
        for (; sent < 400 && !busy.Task.IsCompleted; sent++) await SendToAllAsync(transport, stream, sent, 1);
        await busy.Task.WithinAsync(TimeSpan.FromSeconds(20), Stop);

        await using var second = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));

        await told.Task.WithinAsync(TimeSpan.FromSeconds(15), Stop);
        await Eventually.HoldsAsync("all is read", () => first.Count + second.Count >= sent * KafkaBackend.Partitions);
        for (var part = 0; part < KafkaBackend.Partitions; part++)
            Assert.Equal(Enumerable.Range(0, sent), first.Numbers(part).Concat(second.Numbers(part)).Order());
        Assert.True(second.Count > 0);
    }

    [Fact]
    public async Task A_handler_that_ends_after_its_partitions_went_moves_no_offset()
    {
        kafka.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 20), Stop);
        await using var proxy = new TcpProxy(kafka.Server.ProxyTargetPort, kafka.Server.AdvertisedProxyPort);
        await using var slow = kafka.Transport(options =>
        {
            options.BootstrapServers = $"127.0.0.1:{proxy.Port}";
            options.SessionTimeout = TimeSpan.FromSeconds(1);
            options.RequestTimeout = TimeSpan.FromSeconds(1);
        });
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var first = await Received.SubscribeAsync(slow, KafkaBackend.Subscription(stream), async (_, _) =>
        {
            entered.TrySetResult();
            await leave.Task;
            return DeliveryOutcome.Settle;
        });
        await entered.Task.WithinAsync(TimeSpan.FromSeconds(20), Stop);
        proxy.Swallow();

        // The other reads the same messages, refuses them, and goes: nothing is settled when the first comes back.
        var second = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream), (_, _) => Task.FromResult(DeliveryOutcome.Redeliver));
        await Eventually.HoldsAsync("the second reads", () => second.Deliveries > 0);
        proxy.Pass();
        proxy.Cut();
        leave.SetResult();
        await Eventually.HoldsAsync("the first has answered", () => first.Count == 20);
        await second.DisposeAsync();

        // The first, or whoever reads next, is given all of them again: the late answer did not count.
        await Eventually.HoldsAsync("they are delivered again", () => first.Count >= 40);
        Assert.Equal(Enumerable.Range(0, 20), first.FirstNumbers(0));
    }

    private static async Task SendUntilBothReadAsync(
        KafkaTransport transport, string stream, Received first, Received second)
    {
        for (var round = 0; round < 400; round++)
        {
            await SendToAllAsync(transport, stream, round, 1);
            var (one, two) = (first.Count, second.Count);
            await Task.Delay(25, Stop);
            if (one > 0 && two > 0) break;
        }
        Assert.True(first.Count > 0 && second.Count > 0, "Both readers read.");
        await Eventually.HoldsAsync(
            "nothing is in work", () => (first.Count + second.Count) % KafkaBackend.Partitions == 0);
    }

    private static Task<SendResult> SendToAllAsync(KafkaTransport transport, string stream, int number, int count) =>
        transport.SendAsync(
            [.. Enumerable.Range(0, KafkaBackend.Partitions)
                .SelectMany(part => Some.Messages(stream, part, count, number))], Stop);
}
