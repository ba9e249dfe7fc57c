using StackExchange.Redis;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Redis.Tests;

/// <summary>What has gone wrong elsewhere with this broker, a test each.</summary>
public sealed class RedisTraps(RedisBackend redis)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settled_entries_are_trimmed_to_the_last_and_unread_ones_stay()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport(options => options.TrimInterval = TimeSpan.FromMilliseconds(200));
        await transport.StartAsync(RedisBackend.Topology(stream, "reader", "slow"), Stop);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await transport.SendAsync(Some.Messages(stream, 0, 1_000), Stop);
        await using (var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream)))
        {
            await reading.UntilAsync(1_000);
            await Task.Delay(1_000, Stop);
            // The slow group has read nothing.
            Assert.Equal(1_000, await native.Database.StreamLengthAsync(Keys.Stream(stream, 0)));

            await using var slow = await Reading.StartAsync(
                transport, RedisBackend.Subscription(stream, "slow"), (delivery, _) =>
                    Task.FromResult(
                        delivery.Messages[0].Number() < 512 ? DeliveryOutcome.Settle : DeliveryOutcome.Redeliver));
            await slow.UntilAsync(512);
            await Eventually.HoldsAsync("what both have settled is gone", async () =>
                await native.Database.StreamLengthAsync(Keys.Stream(stream, 0)) == 1_000 - slow.Count);
        }

        await using var rest = await Reading.StartAsync(transport, RedisBackend.Subscription(stream, "slow"));
        await Eventually.HoldsAsync("nothing is left", async () =>
            await native.Database.StreamLengthAsync(Keys.Stream(stream, 0)) == 0);
        Assert.Equal(999, rest.Numbers(0)[^1]);
    }

    [Fact]
    public async Task A_dead_reader_is_not_waited_for_longer_because_the_clock_of_the_server_was_set_back()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        // What a reader that died just before leaves, seen after the clock was set back an hour.
        var hour = TimeSpan.FromHours(1);
        for (var partition = 0; partition < RedisBackend.Partitions; partition++)
            await native.Database.StringSetAsync(Keys.Lease(stream, partition, "reader"), "1/dead", hour);
        await native.Database.SortedSetAddAsync(
            Keys.Members(stream, "reader"), "dead", (TimeProvider.System.GetUtcNow() + hour).ToUnixTimeMilliseconds());
        for (var partition = 0; partition < RedisBackend.Partitions; partition++)
            await transport.SendAsync(Some.Messages(stream, partition, 10), Stop);

        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));

        await reading.UntilAsync(10 * RedisBackend.Partitions);
    }

    [Fact]
    public async Task A_renewal_that_comes_behind_the_release_takes_the_partition_for_nobody()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        RedisKey[] keys = [Keys.Lease(stream, 0, "reader"), Keys.Fence(stream, 0, "reader")];
        async Task<string?> HoldAsync(string held) => (string?)await native.Database.ScriptEvaluateAsync(
            Scripts.Hold, keys, ["tests/reader", 60_000, held]);

        var lease = await HoldAsync("-");
        Assert.Equal(lease, await HoldAsync(lease!));
        await native.Database.ScriptEvaluateAsync(Scripts.Release, [keys[0]], [lease]);

        Assert.Equal("", await HoldAsync(lease!));
        Assert.False(await native.Database.KeyExistsAsync(keys[0]));
        Assert.Equal("2/tests/reader", await HoldAsync("-"));
    }

    [Fact]
    public async Task A_connection_lost_before_the_replicas_have_answered_leaves_the_messages_unknown()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await using var transport = redis.Transport(options =>
        {
            options.Configuration += ",name=" + stream;
            options.ReplicasMin = 1; // There is none: the wait for it lasts until the connection is cut.
            options.SendTimeout = TimeSpan.FromSeconds(30);
        });
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);

        var sending = transport.SendAsync(Some.Messages(stream, 0, 2), Stop);
        await Eventually.HoldsAsync("the send waits and its connection is cut", async () =>
        {
            var clients = (string)(await native.Database.ExecuteAsync("CLIENT", "LIST"))!;
            var waiting = clients.Split('\n').FirstOrDefault(line =>
                line.Contains("name=" + stream, StringComparison.Ordinal)
                && line.Contains("cmd=wait", StringComparison.Ordinal));
            if (waiting is null) return false;
            var id = waiting.Split(' ')[0].Split('=')[1];
            return (long)await native.Database.ExecuteAsync("CLIENT", "KILL", "ID", id) == 1;
        });

        var result = await sending.WithinAsync(TimeSpan.FromSeconds(30), Stop);
        Assert.Equal([(0, SendOutcome.Unknown), (1, SendOutcome.Unknown)],
            result.Failures.Select(failure => (failure.Index, failure.Outcome)));
    }

    [Fact]
    public async Task A_subscription_that_begins_after_another_ended_is_a_member_of_its_own()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        var first = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));
        await using var second = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));
        await first.DisposeAsync();
        await using var third = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));

        var sent = 0;
        await Eventually.HoldsAsync("both have a share", async () =>
        {
            for (var partition = 0; partition < RedisBackend.Partitions; partition++)
                await transport.SendAsync(Some.Messages(stream, partition, 1, first: sent), Stop);
            sent++;
            return second.Count > 0 && third.Count > 0;
        });
        Assert.Equal(2, await native.Database.SortedSetLengthAsync(Keys.Members(stream, "reader")));
    }

    [Fact]
    public async Task A_reader_that_hangs_is_revoked_another_takes_over_and_its_late_settling_is_refused()
    {
        redis.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var proxy = new TcpProxy(redis.Server.Port);
        await using var hanging = redis.Transport(options => options.Configuration = $"127.0.0.1:{proxy.Port}");
        await using var other = redis.Transport();
        await hanging.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await other.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        var revokedAt = new TaskCompletionSource();
        await using var first = await Reading.StartAsync(
            hanging, RedisBackend.Subscription(stream), async (_, revoked) =>
            {
                proxy.Swallow();
                await Task.Delay(Timeout.Infinite, revoked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                revokedAt.TrySetResult();
                return DeliveryOutcome.Settle;
            });
        await other.SendAsync(Some.Messages(stream, 0, 10), Stop);
        await Eventually.HoldsAsync("the first has it in hand", () => first.Deliveries == 1);
        var began = TimeProvider.System.GetTimestamp();
        await using var second = await Reading.StartAsync(other, RedisBackend.Subscription(stream), (_, _) =>
        {
            // Never the same entry in two processes at once: ours was told before the other got it.
            Assert.True(revokedAt.Task.IsCompleted);
            return Task.FromResult(DeliveryOutcome.Settle);
        });

        await second.UntilAsync(10, TimeSpan.FromSeconds(20));

        var took = TimeProvider.System.GetElapsedTime(began);
        TestContext.Current.TestOutputHelper!.WriteLine($"taken over after {took.TotalSeconds:0.0} s");
        Assert.InRange(took, TimeSpan.Zero, other.Features.TakeoverMax);
        Assert.Equal(Enumerable.Range(0, 10), second.Numbers(0));
    }

    [Fact]
    public async Task A_group_that_was_lost_is_made_anew_and_reads_from_the_beginning()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));
        await transport.SendAsync(Some.Messages(stream, 0, 3), Stop);
        await reading.UntilAsync(3);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await native.Database.StreamDeleteConsumerGroupAsync(Keys.Stream(stream, 0), "reader");

        await transport.SendAsync(Some.Messages(stream, 0, 3, first: 3), Stop);

        await reading.UntilAsync(6);
        Assert.Equal(Enumerable.Range(0, 6), reading.Numbers(0));
    }

    [Fact]
    public async Task What_a_dead_process_had_read_comes_first_and_in_order()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 30), Stop);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        // It dies with these in hand.
        await native.Database.StreamReadGroupAsync(Keys.Stream(stream, 0), "reader", "reader", ">", 12);

        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream, batchMax: 5));

        await reading.UntilAsync(30);
        Assert.Equal(Enumerable.Range(0, 30), reading.Numbers(0));
    }

    [Fact]
    public async Task An_entry_deleted_while_it_was_pending_holds_nothing_up()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await transport.SendAsync(Some.Messages(stream, 0, 5), Stop);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        var taken = await native.Database.StreamReadGroupAsync(Keys.Stream(stream, 0), "reader", "reader", ">", 5);
        await native.Database.StreamDeleteAsync(Keys.Stream(stream, 0), [taken[1].Id]);

        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));

        await reading.UntilAsync(4);
        Assert.Equal([0, 2, 3, 4], reading.Numbers(0));
        await Eventually.HoldsAsync("nothing is pending", async () =>
            (await native.Database.StreamPendingAsync(Keys.Stream(stream, 0), "reader")).PendingMessageCount == 0);
    }

    [Fact]
    public async Task A_wake_up_that_was_lost_costs_a_poll()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));
        await transport.SendAsync(Some.Messages(stream, 0, 1), Stop);
        await reading.UntilAsync(1);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);

        // Another language's publisher that knows nothing of wake-ups.
        await native.Database.StreamAddAsync(
            Keys.Stream(stream, 0), [new("ce_id", "7"), new("content-type", "application/json"), new("data", "1")]);

        await reading.UntilAsync(2, TimeSpan.FromSeconds(5));
        Assert.Equal("7", reading.Messages[1].Id);
    }

    [Fact]
    public async Task A_full_memory_refuses_a_partitions_messages_together()
    {
        redis.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport();
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        await native.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "1mb");
        try
        {
            var result = await transport.SendAsync(Some.Messages(stream, 0, 5), Stop);

            Assert.Equal([0, 1, 2, 3, 4], result.Failures.Select(failure => failure.Index));
            Assert.All(result.Failures, failure => Assert.Equal(SendOutcome.Unknown, failure.Outcome));
        }
        finally
        {
            await native.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", "0");
        }
        Assert.Equal(0, await native.Database.StreamLengthAsync(Keys.Stream(stream, 0)));
    }

    [Fact]
    public async Task Too_few_replicas_leave_a_send_unknown()
    {
        redis.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport(options =>
        {
            options.ReplicasMin = 1;
            options.SendTimeout = TimeSpan.FromSeconds(2);
        });
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);

        var failure = Assert.Single((await transport.SendAsync(Some.Messages(stream, 0, 1), Stop)).Failures);

        Assert.Equal(SendOutcome.Unknown, failure.Outcome);
        Assert.Contains("ReplicasMin", failure.Reason, StringComparison.Ordinal);
    }
}
