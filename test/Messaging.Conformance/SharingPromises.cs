using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What several processes of one service can rely on: each partition is read by one live
/// process at a time.</summary>
public abstract class SharingPromises(TransportBackend backend) : TransportSuite(backend)
{
    private static readonly IEnumerable<int> s_all = Enumerable.Range(0, Partitions);

    /// <summary>Twice what is promised: the machine that tests is busier than one that serves.</summary>
    private TimeSpan Takeover => Backend.Features.TakeoverMax * 2;

    [Fact]
    public async Task Two_processes_share_the_partitions()
    {
        var journal = new Journal();
        var (first, second) = (await StartAsync(Service), await StartAsync(Service));
        var one = await ReadAsync(first, journal);
        var two = await ReadAsync(second, journal);
        var sent = await SendUntilAsync(first, Takeover, () =>
            journal.PartitionsOf(one.Name).Count > 0 && journal.PartitionsOf(two.Name).Count > 0);

        await journal.HasInTimeAsync(sent, s_all, Takeover);
        foreach (var partition in s_all) Assert.Equal(Enumerable.Range(0, sent), journal.Numbers(partition));
        Assert.Empty(journal.Overlaps);
    }

    [Fact]
    public async Task When_a_process_stops_the_other_reads_on_in_order()
    {
        var journal = new Journal();
        var (first, second) = (await StartAsync(Service), await StartAsync(Service));
        var leaving = await ReadAsync(first, journal);
        await ReadAsync(second, journal);
        var sent = await SendUntilAsync(second, Takeover, () => journal.PartitionsOf(leaving.Name).Count > 0);
        await leaving.DisposeAsync();
        await first.DisposeAsync();
        await SendRoundAsync(second, sent, 10);

        await journal.HasInTimeAsync(sent + 10, s_all, Takeover);
        foreach (var partition in s_all) Assert.Equal(Enumerable.Range(0, sent + 10), journal.Numbers(partition));
        Assert.Empty(journal.Overlaps);
    }

    [Fact]
    public async Task When_a_process_dies_the_other_takes_over_what_it_had_not_settled()
    {
        Assert.SkipUnless(Backend.CanAbandon, $"{Backend.Name} cannot simulate a process's death.");
        var publisher = await StartAsync(Service);
        var dying = await StartAsync(Service);
        var journal = new Journal();
        var holds = new TaskCompletionSource();
        var doomed = await ReadAsync(dying, journal, async (_, revoked) =>
        {
            holds.TrySetResult();
            await Task.Delay(Timeout.Infinite, revoked); // It dies with the messages in hand.
            return DeliveryOutcome.Settle;
        });
        await SendRoundAsync(publisher, 0, 5);
        await holds.Task.WaitAsync(Takeover, Stop);

        var heir = await StartAsync(Service);
        await ReadAsync(heir, journal);
        doomed.Die();
        await Backend.AbandonAsync(dying);
        await SendRoundAsync(publisher, 5, 5);

        await journal.HasInTimeAsync(10, s_all, Takeover);
        foreach (var partition in s_all) Assert.Equal(Enumerable.Range(0, 10), journal.Numbers(partition));
    }

    [Fact]
    public async Task Subscribers_that_come_and_go_lose_nothing_and_keep_the_order()
    {
        var seed = Environment.GetEnvironmentVariable("TESSERA_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"TESSERA_TEST_SEED={seed}");
        var random = new Random(seed);
        var journal = new Journal();
        var publisher = await StartAsync(Service);
        var readers = new List<(ITransport Transport, Reader Reader)>();
        var sent = 0;
        for (var step = 0; step < 24; step++)
        {
            switch (random.Next(4))
            {
                case 0 when readers.Count < 3:
                    var joining = await StartAsync(Service);
                    readers.Add((joining, await ReadAsync(joining, Subscription(batchMax: 5), journal)));
                    break;
                case 1 when readers.Count > 0:
                    var (leaving, reader) = readers[random.Next(readers.Count)];
                    readers.RemoveAll(pair => pair.Reader == reader);
                    await reader.DisposeAsync();
                    await leaving.DisposeAsync();
                    break;
                default:
                    await SendRoundAsync(publisher, sent, 5);
                    sent += 5;
                    break;
            }
        }
        if (readers.Count == 0) await ReadAsync(await StartAsync(Service), journal);

        await journal.HasAsync(sent, s_all, Takeover + Eventually.Bound);
        foreach (var partition in s_all)
        {
            Assert.True(Enumerable.Range(0, sent).SequenceEqual(journal.Numbers(partition)),
                $"Partition {partition}, seed {seed}");
        }
        Assert.True(journal.Overlaps.Count == 0, $"Seed {seed}: {string.Join("; ", journal.Overlaps.Take(3))}");
    }

    private Task SendRoundAsync(ITransport transport, int first, int count) => SendAsync(
        transport, [.. s_all.SelectMany(partition => Some.Messages(Stream, partition, count, first))]);

    /// <summary>Sends one message to each partition after the other until something holds; returns
    /// how many each got.</summary>
    private async Task<int> SendUntilAsync(ITransport transport, TimeSpan bound, Func<bool> holds)
    {
        var sent = 0;
        await Eventually.InTimeAsync("both processes read", async () =>
        {
            await SendRoundAsync(transport, sent++, 1);
            return holds();
        }, bound);
        return sent;
    }
}
