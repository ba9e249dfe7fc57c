using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Messaging.Redis.Tests;

/// <summary>The server goes away and comes back while a writer sends and a reader reads: both go on by
/// themselves within ten seconds of its return, nothing is lost, and the first copies stand in order.
/// All options as delivered.</summary>
public sealed class RedisFaults(RedisBackend redis)
{
    private static readonly TimeSpan ResumesWithin = TimeSpan.FromSeconds(10);

    /// <summary>Stands for the minute of the promise: longer than every timeout and lease.</summary>
    private static readonly TimeSpan AWhile = TimeSpan.FromSeconds(14);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task Goes_on_after_the_server_was_killed() => SurvivesAsync(
        redis.Server.KillHardAsync, TimeSpan.FromSeconds(2), redis.Server.StartAsync);

    [Fact]
    public Task Goes_on_after_the_server_was_restarted() => SurvivesAsync(
        redis.Server.StopAsync, TimeSpan.Zero, redis.Server.StartAsync);

    [Fact]
    public Task Goes_on_after_the_server_was_frozen() => SurvivesAsync(
        redis.Server.PauseAsync, TimeSpan.FromMinutes(1), () =>
        {
            redis.Server.Resume();
            return Task.CompletedTask;
        });

    [Fact]
    public async Task Goes_on_after_a_black_hole()
    {
        redis.Server.RequireOwn();
        await using var proxy = new TcpProxy(redis.Server.Port);
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
            $"127.0.0.1:{proxy.Port}");
    }

    [Fact]
    public async Task Goes_on_after_the_server_was_short_of_memory()
    {
        redis.Server.RequireOwn();
        await using var native = await NativeClient.OpenAsync(redis.Server.Address);
        Task LimitAsync(string bytes) => native.Database.ExecuteAsync("CONFIG", "SET", "maxmemory", bytes);
        await SurvivesAsync(() => LimitAsync("1mb"), TimeSpan.FromSeconds(3), () => LimitAsync("0"));
    }

    /// <summary>Memory is measured while the fault lasts: before and after, the test keeps what it reads.</summary>
    private async Task SurvivesAsync(Func<Task> begin, TimeSpan lasts, Func<Task> end, string? address = null)
    {
        redis.Server.RequireOwn();
        var stream = Some.Name("stream");
        await using var transport = redis.Transport(
            options => options.Configuration = address ?? options.Configuration);
        await transport.StartAsync(RedisBackend.Topology(stream, "reader"), Stop);
        await using var reading = await Reading.StartAsync(transport, RedisBackend.Subscription(stream));
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
        for (var part = 0; part < RedisBackend.Partitions; part++)
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
