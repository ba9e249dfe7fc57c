using System.Collections.Concurrent;
using System.Text;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>Broadcasts, and what the status page is told.</summary>
public sealed class KafkaSignals(KafkaBackend kafka)
{
    [Fact]
    public async Task A_broadcast_reaches_every_process_that_listens_now_and_nobody_later()
    {
        kafka.Server.Require();
        await using var one = kafka.Transport();
        await using var two = kafka.Transport();
        ConcurrentQueue<string> heard = [];
        await one.BroadcastAsync("prices", Encoding.UTF8.GetBytes("too early"), Stop);
        await using var first = await one.ListenAsync("prices", Hear(heard, "one"), Stop);
        await using var second = await two.ListenAsync("prices", Hear(heard, "two"), Stop);
        await using var other = await two.ListenAsync("stock", Hear(heard, "other"), Stop);

        await one.BroadcastAsync("prices", Encoding.UTF8.GetBytes("now"), Stop);

        await Eventually.HoldsAsync("both hear it", () => heard.Count == 2);
        Assert.Equal(["one: now", "two: now"], heard.Order());
        await first.DisposeAsync();
        await two.BroadcastAsync("prices", Encoding.UTF8.GetBytes("again"), Stop);
        await Eventually.HoldsAsync("the one that still listens hears it", () => heard.Contains("two: again"));
        Assert.DoesNotContain("one: again", heard);
    }

    [Fact]
    public async Task Who_was_told_that_listening_failed_hears_nothing_later_and_may_listen_again()
    {
        kafka.Server.RequireOwn();
        await using var transport = kafka.Transport(options => options.RequestTimeout = TimeSpan.FromSeconds(2));
        ConcurrentQueue<string> heard = [];
        await transport.BroadcastAsync("prices", Encoding.UTF8.GetBytes("too early"), Stop);
        await using (await kafka.InterruptAsync())
        {
            for (var attempt = 0; attempt < 2; attempt++)
            {
                await Assert.ThrowsAsync<TransportUnavailableException>(
                    () => transport.ListenAsync("prices", Hear(heard, "refused"), Stop));
            }
        }
        IAsyncDisposable? listener = null;
        await Eventually.HoldsAsync("listening succeeds", async () =>
        {
            listener = await transport.ListenAsync("prices", Hear(heard, "listener"), Stop);
            return true;
        }, TimeSpan.FromSeconds(40));

        await Eventually.HoldsAsync("the signal is heard", async () =>
        {
            await transport.BroadcastAsync("prices", Encoding.UTF8.GetBytes("now"), Stop);
            return !heard.IsEmpty;
        }, TimeSpan.FromSeconds(40));

        Assert.All(heard, signal => Assert.Equal("listener: now", signal));
        await listener!.DisposeAsync();
    }

    [Fact]
    public async Task Listening_goes_on_after_it_was_ended_by_what_nobody_expects()
    {
        kafka.Server.Require();
        KafkaOptions? options = null;
        await using var transport = kafka.Transport(
            mine => (options = mine).RequestTimeout = TimeSpan.FromSeconds(1));
        ConcurrentQueue<string> heard = [];
        await transport.BroadcastAsync("prices", Encoding.UTF8.GetBytes("too early"), Stop);
        options!.Client["no.such.setting"] = "1"; // No client can be built.
        await Assert.ThrowsAsync<TransportUnavailableException>(
            () => transport.ListenAsync("prices", Hear(heard, "refused"), Stop));
        options.Client.Remove("no.such.setting");

        await using var listener = await transport.ListenAsync("prices", Hear(heard, "listener"), Stop);
        await transport.BroadcastAsync("prices", Encoding.UTF8.GetBytes("now"), Stop);

        await Eventually.HoldsAsync("the signal is heard", () => !heard.IsEmpty);
        Assert.Equal(["listener: now"], heard);
    }

    [Fact]
    public async Task Tells_what_is_unread_since_when_and_who_reads()
    {
        kafka.Server.Require();
        var stream = Some.Name("stream");
        var subscription = KafkaBackend.Subscription(stream);
        await using var transport = kafka.Transport();
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var began = DateTimeOffset.FromUnixTimeMilliseconds(TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        await transport.SendAsync([.. Some.Messages(stream, 0, 3), .. Some.Messages(stream, 2, 5)], Stop);

        var before = await transport.InspectAsync(subscription, Stop);

        Assert.Equal([3L, 0, 5, 0], before.Select(state => state.Unread));
        Assert.All(before, state => Assert.Null(state.Owner));
        Assert.InRange(before[2].OldestUnread!.Value, began, began.AddSeconds(30));
        Assert.Null(before[1].OldestUnread);

        await using var received = await Received.SubscribeAsync(transport, subscription);
        await received.UntilAsync(8);
        await Eventually.HoldsAsync("nothing is unread", async () =>
            (await transport.InspectAsync(subscription, Stop)).All(state => state is { Unread: 0, Owner: not null }));
    }

    private static Func<ReadOnlyMemory<byte>, ValueTask> Hear(ConcurrentQueue<string> heard, string who) => signal =>
    {
        heard.Enqueue($"{who}: {Encoding.UTF8.GetString(signal.Span)}");
        return ValueTask.CompletedTask;
    };
}
