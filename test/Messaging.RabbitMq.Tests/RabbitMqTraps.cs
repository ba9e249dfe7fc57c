using System.Text;
using RabbitMQ.Client;
using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>What has gone wrong elsewhere with this broker, a test each.</summary>
public sealed class RabbitMqTraps(RabbitMqBackend rabbit)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_publish_cut_off_by_what_nobody_expects_does_not_shift_the_confirms_of_those_after_it()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        var clock = new ClockThatFailsOnce();
        await using var transport = rabbit.Transport(clock: clock);
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);

        clock.Armed = true;
        var cutOff = await transport.SendAsync(Some.Messages(stream, 0, 3, first: 1), Stop);
        var next = await transport.SendAsync(Some.Messages(stream, 0, 3, first: 1), Stop);

        Assert.False(clock.Armed);
        Assert.Equal([0, 1, 2], cutOff.Failures.Select(failure => failure.Index));
        Assert.All(cutOff.Failures, failure => Assert.Equal(SendOutcome.Unknown, failure.Outcome));
        Assert.Empty(next.Failures);
    }

    [Fact]
    public async Task An_unroutable_message_is_refused_by_name_and_the_others_are_accepted()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(new Topology([new StreamDefinition(stream, 4, ["reader"])], []), Stop);
        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        await native.Channel.QueueDeleteAsync(Names.Queue("reader", stream, 1), cancellationToken: Stop);

        var result = await transport.SendAsync(
            [.. Some.Messages(stream, 0, 3), .. Some.Messages(stream, 1, 2), .. Some.Messages(stream, 2, 3)], Stop);

        Assert.Equal([3, 4], result.Failures.Select(failure => failure.Index));
        Assert.All(result.Failures, failure => Assert.Equal(SendOutcome.Refused, failure.Outcome));
        Assert.Contains(stream, result.Failures[0].Reason, StringComparison.Ordinal);
        Assert.Contains("unroutable", result.Failures[0].Reason, StringComparison.Ordinal);

        // It was said once; the next send declares what was deleted and goes through.
        Assert.Empty((await transport.SendAsync(Some.Messages(stream, 1, 2), Stop)).Failures);
    }

    [Fact]
    public async Task Events_of_a_stream_without_known_subscribers_are_kept_in_a_bounded_queue_until_there_is_one()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream), Stop);

        Assert.Empty((await transport.SendAsync(Some.Messages(stream, 3, 5), Stop)).Failures);

        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        Assert.Equal(5u, (await native.Channel.QueueDeclarePassiveAsync(Names.Retained(stream), Stop)).MessageCount);

        // With the first known subscriber the queue takes no more: it must not hide a missing one.
        await using var later = rabbit.Transport();
        await later.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        Assert.Empty((await later.SendAsync(Some.Messages(stream, 3, 1), Stop)).Failures);
        Assert.Equal(5u, (await native.Channel.QueueDeclarePassiveAsync(Names.Retained(stream), Stop)).MessageCount);
    }

    [Fact]
    public async Task A_message_returned_many_times_is_neither_dropped_nor_moved()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 10), Stop);
        for (var returns = 0; returns < 25; returns++)
        {
            await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
            await native.ReceiveAsync(Names.Queue("reader", stream, 0), 10); // And goes, without settling.
        }

        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await reading.UntilAsync(10);

        Assert.Equal(Enumerable.Range(0, 10), reading.Numbers(0));
    }

    [Fact]
    public async Task A_message_that_the_broker_finds_too_large_is_refused_by_name()
    {
        rabbit.Server.RequireOwn();
        var stream = Some.Name("stream");
        await rabbit.Server.ControlAsync("eval", "application:set_env(rabbit, max_message_size, 100000).");
        try
        {
            await using var transport = rabbit.Transport(options => options.PublishChannels = 1);
            await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
            var large = Some.Message(stream, 1, new string('x', 150_000));

            var result = await transport.SendAsync([.. Some.Messages(stream, 0, 2), large], Stop);

            var failure = Assert.Single(result.Failures, failure => failure.Outcome == SendOutcome.Refused);
            Assert.Equal(2, failure.Index);
            Assert.Contains("message size", failure.Reason, StringComparison.Ordinal);
            Assert.Empty((await transport.SendAsync(Some.Messages(stream, 0, 2), Stop)).Failures);
        }
        finally
        {
            await rabbit.Server.ControlAsync("eval", "application:set_env(rabbit, max_message_size, 134217728).");
        }
    }

    [Fact]
    public async Task Cancelled_sends_leave_later_ones_whole()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        for (var round = 0; round < 20; round++)
        {
            using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(round % 5));
            await Record.ExceptionAsync(
                () => transport.SendAsync(Some.Messages(stream, round % 4, 500, first: 1000), cut.Token));
        }

        var result = await transport.SendAsync(Some.Messages(stream, 0, 500), Stop);

        Assert.Empty(result.Failures);
        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await Eventually.HoldsAsync("all is read", () => reading.Numbers(0).Count(number => number < 1000) == 500);
        Assert.Equal(Enumerable.Range(0, 500), reading.Numbers(0).Where(number => number < 1000));
    }

    [Fact]
    public async Task A_listener_whose_queue_was_deleted_hears_again()
    {
        rabbit.Server.RequireOwn();
        var channel = Some.Name("channel");
        await using var transport = rabbit.Transport();
        var heard = 0;
        await using var listening = await transport.ListenAsync(
            channel, _ =>
            {
                Interlocked.Increment(ref heard);
                return ValueTask.CompletedTask;
            }, Stop);
        await HearsAsync();
        // No other client may delete it, but its operator may.
        var bindings = await rabbit.Server.ControlAsync("list_bindings", "source_name", "destination_name");
        var queue = bindings.Split('\n').Select(line => line.Split('\t'))
            .Single(columns => columns[0] == Names.Broadcast(channel))[1].Trim();
        await rabbit.Server.ControlAsync("delete_queue", queue);
        await HearsAsync();

        async Task HearsAsync()
        {
            var before = Volatile.Read(ref heard);
            await Eventually.HoldsAsync("a signal is heard", async () =>
            {
                await transport.BroadcastAsync(channel, "x"u8.ToArray(), Stop);
                return Volatile.Read(ref heard) > before;
            });
        }
    }

    [Fact]
    public async Task A_delivery_held_longer_than_the_broker_allows_is_revoked_and_comes_again()
    {
        rabbit.Server.RequireOwn();
        var stream = Some.Name("stream");
        await rabbit.Server.ControlAsync("eval",
            "application:set_env(rabbit, consumer_timeout, 1500), " +
            "application:set_env(rabbit, channel_tick_interval, 500).");
        try
        {
            await using var transport = rabbit.Transport();
            await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
            await transport.SendAsync(Some.Messages(stream, 0, 5), Stop);
            var revocations = 0;
            await using var reading = await Reading.StartAsync(
                transport, RabbitMqBackend.Subscription(stream), async (_, revoked) =>
                {
                    if (Volatile.Read(ref revocations) > 0) return DeliveryOutcome.Settle;
                    await Task.Delay(Timeout.Infinite, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    Interlocked.Increment(ref revocations);
                    return DeliveryOutcome.Settle; // Too late: the channel that could carry it is gone.
                });

            await reading.UntilAsync(5);
            await Eventually.HoldsAsync("the one that was late comes again", () => reading.Copies > 5);

            Assert.Equal(1, revocations);
            Assert.Equal(Enumerable.Range(0, 5), reading.Numbers(0));
        }
        finally
        {
            await rabbit.Server.ControlAsync("eval",
                "application:set_env(rabbit, consumer_timeout, 1800000), " +
                "application:set_env(rabbit, channel_tick_interval, 60000).");
        }
    }

    [Fact]
    public async Task Another_process_takes_over_from_one_that_hangs()
    {
        rabbit.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var proxy = new TcpProxy(rabbit.Server.Port);
        await using var hanging = rabbit.Transport(options => options.Uri = RabbitMqServer.UriAt(proxy.Port));
        // No sharing meanwhile.
        await using var other = rabbit.Transport(options => options.WatchInterval = TimeSpan.FromMinutes(1));
        await hanging.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await other.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var first = await Reading.StartAsync(hanging, RabbitMqBackend.Subscription(stream));
        await other.SendAsync(Some.Messages(stream, 0, 5), Stop);
        await first.UntilAsync(5);
        await using var second = await Reading.StartAsync(other, RabbitMqBackend.Subscription(stream));
        proxy.Swallow(); // Its process lives, its connection stands, and nothing comes through: only heartbeats tell.
        var began = TimeProvider.System.GetTimestamp();

        await other.SendAsync(Some.Messages(stream, 0, 5, first: 5), Stop);
        await Eventually.HoldsAsync(
            "the other reads on", () => second.Numbers(0).Contains(9), TimeSpan.FromSeconds(15));

        var took = TimeProvider.System.GetElapsedTime(began);
        TestContext.Current.TestOutputHelper!.WriteLine($"taken over after {took.TotalSeconds:0.0} s");
        Assert.InRange(took, TimeSpan.Zero, other.Features.TakeoverMax);
        Assert.Equal([5, 6, 7, 8, 9], second.Numbers(0).Where(number => number >= 5));
    }

    [Fact]
    public async Task A_queue_that_someone_deleted_is_made_anew_and_read()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
        await reading.UntilAsync(1);
        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        await native.Channel.QueueDeleteAsync(Names.Queue("reader", stream, 0), cancellationToken: Stop);

        await Eventually.HoldsAsync("sending works again", async () =>
            (await transport.SendAsync(Some.Messages(stream, 0, 1, first: 1), Stop)).Failures.Count == 0);

        await Eventually.HoldsAsync("reading too", () => reading.Numbers(0).Contains(1));
    }

    [Fact]
    public async Task An_exchange_that_someone_deleted_is_made_anew()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 2), Stop);
        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        await native.Channel.ExchangeDeleteAsync(stream, cancellationToken: Stop);

        var next = Some.Messages(stream, 0, 2, first: 2);
        Assert.All((await transport.SendAsync(next, Stop)).Failures,
            failure => Assert.Equal(SendOutcome.Unknown, failure.Outcome));
        await Eventually.HoldsAsync(
            "sending works again", async () => (await transport.SendAsync(next, Stop)).Failures.Count == 0);

        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await reading.UntilAsync(4);
        Assert.Equal([0, 1, 2, 3], reading.Numbers(0));
    }

    [Fact]
    public async Task What_a_policy_throws_out_is_kept_in_the_dead_letters_queue()
    {
        rabbit.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 3), Stop);
        await rabbit.Server.ControlAsync(
            "set_policy", "--apply-to", "queues", "bad", $"^reader\\.{stream}\\.0$", "{\"delivery-limit\":1}");
        try
        {
            await Eventually.HoldsAsync("one is in the dead letters' queue", async () =>
            {
                await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
                var dead = await native.Channel.QueueDeclarePassiveAsync(Names.DeadLetters("reader", stream));
                if (dead.MessageCount > 0) return true;
                // There may be none, while the last are on their way to the dead letters.
                var queue = await native.Channel.QueueDeclarePassiveAsync(Names.Queue("reader", stream, 0));
                if (queue.MessageCount > 0) await native.ReceiveAsync(queue.QueueName, 1); // And goes without settling.
                return false;
            }, Eventually.ProcessBound);
        }
        finally
        {
            await rabbit.Server.ControlAsync("clear_policy", "bad");
        }
    }

    [Fact]
    public async Task Another_language_finds_the_CloudEvents_attributes_in_the_headers()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        var sent = Some.Message(stream, 0, "{}");
        await transport.SendAsync([sent], Stop);

        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        var got = (await native.ReceiveAsync(Names.Queue("reader", stream, 0), 1))[0];

        Assert.Equal((DeliveryModes.Persistent, sent.Id, "application/json"),
            (got.BasicProperties.DeliveryMode, got.BasicProperties.MessageId, got.BasicProperties.ContentType));
        Assert.Equal(
            stream + ".counted.v1", Encoding.UTF8.GetString((byte[])got.BasicProperties.Headers!["cloudEvents_type"]!));
    }

    [Fact]
    public async Task The_older_prefix_of_CloudEvents_headers_is_read_too()
    {
        rabbit.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport();
        await transport.StartPatientlyAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var native = await NativeClient.OpenAsync(rabbit.Server.Uri);
        var foreign = new BasicProperties
        {
            ContentType = "application/json",
            Headers = new Dictionary<string, object?>
            {
                ["cloudEvents:id"] = "a-1", ["cloudEvents:partitionkey"] = "k", ["x-other"] = 7,
            },
        };
        await native.Channel.BasicPublishAsync(stream, "2", mandatory: true, foreign, "{}"u8.ToArray(), Stop);

        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        await reading.UntilAsync(1);

        var got = reading.Messages[0];
        Assert.Equal((2, "k"), (got.Partition, got.Key));
        Assert.Equal([new("id", "a-1"), new("partitionkey", "k")], got.Attributes.OrderBy(pair => pair.Key));
    }

    /// <summary>Throws when it is asked for the time of day, which happens between counting a message and publishing
    /// it.</summary>
    private sealed class ClockThatFailsOnce : TimeProvider
    {
        public bool Armed { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            if (!Armed) return base.GetUtcNow();
            Armed = false;
            throw new InvalidOperationException("A test makes this fail.");
        }
    }
}
