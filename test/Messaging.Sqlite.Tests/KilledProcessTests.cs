using Tessera.Messaging.Conformance;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Sqlite.Tests;

/// <summary>Real processes on the same files, killed with SIGKILL.</summary>
public sealed class KilledProcessTests : IAsyncDisposable
{
    private const string Stream = "orders";
    private static readonly int[] s_partitions = [0, 1, 2, 3];
    private readonly LogUnderTest _log = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_acknowledged_before_a_kill_is_in_the_log_in_order()
    {
        var acknowledged = new Dictionary<int, int>();
        for (var kill = 0; kill < 2; kill++)
        {
            // Each life of the process begins its numbers anew on a stream of its own.
            var stream = Stream + kill;
            using var child = new ChildProcess("append", _log.File, stream);
            await child.HasSaidAsync(100);
            await child.KillAsync();
            foreach (var partition in s_partitions)
                acknowledged[partition] = child.Numbers(partition).DefaultIfEmpty(-1).Max();

            var journal = new Journal();
            var transport = await _log.StartAsync(stream);
            await using var reader = await Reader.OpenAsync(
                transport, new Subscription(stream, 4, "inventory"), journal, null, Stop);
            await Eventually.HoldsAsync("everything acknowledged is read", () =>
                s_partitions.All(partition => journal.Numbers(partition).Count > acknowledged[partition]));
            foreach (var partition in s_partitions)
                Assert.Equal(Enumerable.Range(0, journal.Numbers(partition).Count), journal.Numbers(partition));
        }
    }

    [Fact]
    public async Task A_dead_reader_is_not_waited_for_longer_because_the_clock_was_set_back()
    {
        var dying = await _log.StartAsync(Stream);
        var journal = new Journal();
        await using var doomed = await Reader.OpenAsync(
            dying, new Subscription(Stream, 4, "inventory"), journal, null, Stop);
        await SendAsync(dying, 0);
        await journal.HasAsync(1, s_partitions);
        dying.Abandon();
        using (var link = SqliteLink.Open(_log.File, busyTimeoutMilliseconds: 5_000, statementsMax: 4))
        {
            link.Execute("UPDATE msg_leases SET expires = expires + 3600000");
            link.Execute("UPDATE msg_members SET expires = expires + 3600000");
        }

        var heir = await _log.StartAsync(Stream);
        await using var reader = await Reader.OpenAsync(
            heir, new Subscription(Stream, 4, "inventory"), journal, null, Stop);
        await SendAsync(heir, 1);
        await journal.HasAsync(2, s_partitions);

        var states = await heir.InspectAsync(new Subscription(Stream, 4, "inventory"), Stop);
        Assert.All(states, state => Assert.NotNull(state.Owner));
    }

    [Fact]
    public async Task When_a_reading_process_is_killed_another_reads_on_within_five_seconds()
    {
        var publisher = await _log.StartAsync(Stream);
        using var first = new ChildProcess("read", _log.File, Stream);
        using var second = new ChildProcess("read", _log.File, Stream);
        var sent = 0;
        await Eventually.HoldsAsync("both read", async () =>
        {
            await SendAsync(publisher, sent++);
            return first.Said.Count > 0 && second.Said.Count > 0;
        }, TimeSpan.FromSeconds(60));
        await first.KillAsync();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await SendAsync(publisher, sent++);

        await Eventually.HoldsAsync(
            "the survivor has read all partitions to the end", () => s_partitions.All(partition =>
                second.Numbers(partition).Contains(sent - 1)), TimeSpan.FromSeconds(10));
        TestContext.Current.TestOutputHelper?.WriteLine($"Read on {clock.ElapsedMilliseconds} ms after the kill.");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5.5), $"{clock.Elapsed} since the kill");
        foreach (var partition in s_partitions)
        {
            // Nothing is lost between the two, and the heir's numbers never go back.
            Assert.Equal(Enumerable.Range(0, sent),
                first.Numbers(partition).Concat(second.Numbers(partition)).Distinct().Order());
            Assert.Equal(second.Numbers(partition).Order(), second.Numbers(partition));
        }
    }

    [Fact]
    public async Task When_a_reading_process_stops_another_reads_on_at_once()
    {
        var publisher = await _log.StartAsync(Stream);
        using var leaving = new ChildProcess("read", _log.File, Stream);
        using var staying = new ChildProcess("read", _log.File, Stream);
        var sent = 0;
        await Eventually.HoldsAsync("both read", async () =>
        {
            await SendAsync(publisher, sent++);
            return leaving.Said.Count > 0 && staying.Said.Count > 0;
        }, TimeSpan.FromSeconds(60));
        Assert.Equal(0, await leaving.StopAsync());
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await SendAsync(publisher, sent++);

        await Eventually.HoldsAsync("the other has read all partitions to the end", () => s_partitions.All(partition =>
            staying.Numbers(partition).Contains(sent - 1)), TimeSpan.FromSeconds(10));
        TestContext.Current.TestOutputHelper?.WriteLine($"Read on {clock.ElapsedMilliseconds} ms after the stop.");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2), $"{clock.Elapsed} since the stop");
        foreach (var partition in s_partitions)
        {
            Assert.Equal(
                Enumerable.Range(0, sent), leaving.Numbers(partition).Concat(staying.Numbers(partition)).Order());
        }
    }

    [Fact]
    public async Task What_a_killed_service_committed_is_in_its_database_with_its_events()
    {
        await using var database = new SqliteTestDatabase();
        var (store, reads) = database.Open();
        await store.PrepareAsync(Stop);
        await using (var session = await store.BeginAsync(Stop))
        {
            await session.ExecuteAsync("CREATE TABLE orders (number INTEGER PRIMARY KEY)", [], Stop);
            await session.CommitAsync(Stop);
        }
        using var child = new ChildProcess("store", database.File);
        await child.HasSaidAsync(50);
        await child.KillAsync();

        var orders = await reads.QueryAsync(
            "SELECT number FROM orders ORDER BY number", [], row => row.GetInt32(0), Stop);
        var events = await store.ReadOutboxAsync([0], 100_000, Some.Time, Stop);
        Assert.True(orders.Count >= child.Said.Count, $"{orders.Count} orders, {child.Said.Count} acknowledged");
        Assert.Equal(orders.Select(number => "order-" + number), events.Select(row => row.Event.Key));
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private static async Task SendAsync(EmbeddedTransport transport, int number)
    {
        var messages = s_partitions.SelectMany(partition => Some.Messages(Stream, partition, 1, number)).ToList();
        var result = await transport.SendAsync(messages, Stop);
        Assert.Empty(result.Failures);
    }
}
