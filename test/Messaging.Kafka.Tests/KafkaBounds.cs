using System.Diagnostics;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>What waits in memory stays bounded, whatever waits at the broker.</summary>
public sealed class KafkaBounds(KafkaBackend kafka)
{
    [Fact]
    public async Task A_reader_that_is_held_up_does_not_fetch_the_backlog_into_memory()
    {
        const int sizeKilobytes = 100, perPartition = 400;
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(60));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var body = new byte[sizeKilobytes * 1024];
        Random.Shared.NextBytes(body);
        for (var round = 0; round < perPartition / 20; round++)
        {
            await transport.SendAsync(
                [
                    .. Enumerable.Range(0, KafkaBackend.Partitions).SelectMany(part => Enumerable.Range(0, 20)
                        .Select(_ => Some.Message(stream, part, "") with { Body = body })),
                ], Stop);
        }
        GC.Collect();
        var before = Process.GetCurrentProcess().WorkingSet64;
        var (held, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var received = await Received.SubscribeAsync(
            transport, KafkaBackend.Subscription(stream, batchMax: 4), async (_, _) =>
            {
                held.TrySetResult();
                await release.Task;
                return DeliveryOutcome.Settle;
            });
        await held.Task.WithinAsync(TimeSpan.FromSeconds(20), Stop);
        await Task.Delay(TimeSpan.FromSeconds(3), Stop);

        var grown = (Process.GetCurrentProcess().WorkingSet64 - before) / (1024 * 1024);
        release.SetResult();
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{grown} MB more, with {KafkaBackend.Partitions * perPartition * sizeKilobytes / 1024} MB waiting");
        Assert.InRange(grown, -1_000, 64);
        await received.UntilAsync(50);
    }

    [Fact]
    public async Task Passes_a_backlog_on_quickly()
    {
        const int count = 40_000;
        kafka.Server.Require();
        var stream = Some.Name("stream");
        await using var transport = kafka.Transport(options => options.SendTimeout = TimeSpan.FromSeconds(60));
        await transport.StartAsync(KafkaBackend.Topology(stream, "reader"), Stop);
        var body = new byte[1024];
        var messages = Enumerable.Range(0, count)
            .Select(number => Some.Message(stream, number % KafkaBackend.Partitions, "") with { Body = body }).ToList();
        var began = TimeProvider.System.GetTimestamp();
        foreach (var batch in messages.Chunk(1_024)) Assert.Empty((await transport.SendAsync(batch, Stop)).Failures);
        var sending = TimeProvider.System.GetElapsedTime(began);
        began = TimeProvider.System.GetTimestamp();
        await using var received = await Received.SubscribeAsync(transport, KafkaBackend.Subscription(stream));
        await received.UntilAsync(count, TimeSpan.FromSeconds(60));
        var reading = TimeProvider.System.GetElapsedTime(began);

        TestContext.Current.TestOutputHelper!.WriteLine(
            $"1 kB each: sent {count / sending.TotalSeconds:0}/s, " +
            $"read {count / reading.TotalSeconds:0}/s (with joining the group)");
        // A guard against a wait that creeps in between batches, far below what the machine does.
        Assert.True(sending < TimeSpan.FromSeconds(20) && reading < TimeSpan.FromSeconds(20), $"{sending}, {reading}");
    }
}
