using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.RabbitMq.Tests;

/// <summary>The broker goes away and comes back while a writer sends and a reader reads: both go on by themselves
/// soon after its return, nothing is lost, and the first copies stand in order. All options as delivered. The broker is
/// one of its own: the hundreds of queues that the other tests leave behind are slow to come back
/// after a kill.</summary>
public sealed class RabbitMqFaults(RabbitMqBackend rabbit, RabbitMqServer server) : IClassFixture<RabbitMqServer>
{
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(10);

    /// <summary>For faults that last less than the minute of the promise: longer than every
    /// timeout and heartbeat.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(14);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Goes_on_after_the_broker_was_killed() => SurvivesAsync(
        server.KillHardAsync, TimeSpan.FromSeconds(2), server.StartAsync);

    [Fact]
    public Task Goes_on_after_the_broker_was_restarted() => SurvivesAsync(
        server.StopAsync, TimeSpan.Zero, server.StartAsync);

    [Fact]
    public Task Goes_on_after_the_broker_was_frozen() => SurvivesAsync(
        server.PauseAsync, TimeSpan.FromMinutes(1), () =>
        {
            server.Resume();
            return Task.CompletedTask;
        });

    [Fact]
    public Task Goes_on_after_the_broker_was_short_of_memory() => SurvivesAsync(
        server.RaiseMemoryAlarmAsync, AWhile, server.EndMemoryAlarmAsync);

    [Fact]
    public async Task Goes_on_after_a_black_hole()
    {
        server.RequireOwn();
        await using var proxy = new TcpProxy(server.Port);
        await SurvivesAsync(
            () =>
            {
                proxy.Swallow();
                return Task.CompletedTask;
            },
            AWhile,
            () =>
            {
                proxy.Pass();
                return Task.CompletedTask;
            },
            RabbitMqServer.UriAt(proxy.Port));
    }

    /// <summary>Memory is measured while the fault lasts: before and after, the test keeps what it reads.</summary>
    private async Task SurvivesAsync(Func<Task> begin, TimeSpan lasts, Func<Task> end, string? uri = null)
    {
        server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = rabbit.Transport(options =>
        {
            options.Uri = uri ?? server.Uri;
            options.WatchInterval = new RabbitMqOptions().WatchInterval;
        });
        await transport.StartAsync(RabbitMqBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RabbitMqBackend.Subscription(stream));
        var writing = new Writing(transport, stream);
        await Eventually.HoldsAsync("it flows", () => reading.Count > 400);

        await begin();
        var memory = GC.GetTotalMemory(forceFullCollection: true);
        await Task.Delay(lasts, Stop);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        await end();

        var (accepted, read, back) = (writing.AllAccepted, reading.Count, TimeProvider.System.GetTimestamp());
        await Eventually.InTimeAsync("sending goes on", () => writing.AllAccepted > accepted, ResumesWithin);
        var sending = TimeProvider.System.GetElapsedTime(back);
        await Eventually.InTimeAsync("reading goes on", () => reading.Count > read, ResumesWithin - sending);
        var reads = TimeProvider.System.GetElapsedTime(back);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"sending went on after {sending.TotalSeconds:0.0} s, reading after {reads.TotalSeconds:0.0} s; " +
            $"memory grew by {grown / 1024} KiB; the slowest send took {writing.Slowest.TotalSeconds:0.0} s");
        await writing.DisposeAsync();
        for (var part = 0; part < RabbitMqBackend.Partitions; part++)
        {
            var (number, count) = (part, writing.Accepted(part));
            await Eventually.HoldsAsync(
                $"partition {part} is read to its end", () => reading.Numbers(number).Count >= count);
            var numbers = reading.Numbers(part);
            Assert.Equal(Enumerable.Range(0, numbers.Count), numbers);
        }
        Assert.InRange(grown, long.MinValue, 16 * 1024 * 1024);
        Assert.InRange(writing.Slowest, TimeSpan.Zero, TimeSpan.FromSeconds(25));
    }
}
