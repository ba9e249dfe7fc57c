using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What <see cref="ITransport.StartAsync"/> promises.</summary>
public abstract class TopologyPromises(TransportBackend backend) : TransportSuite(backend)
{
    [Fact]
    public async Task Any_number_of_processes_declare_the_same_at_once()
    {
        var topology = Topology(Stream, Partitions, Service, "payments");
        var transports = Enumerable.Range(0, 5).Select(_ => NewTransport()).ToList();
        await Task.WhenAll(transports.Select(transport => Task.Run(() => transport.StartAsync(topology, Stop), Stop)));

        await SendAsync(transports[0], Some.Messages(Stream, 0, 3));
        var journal = new Journal();
        await ReadAsync(transports[4], journal);
        await journal.HasAsync(3, [0]);
        Assert.Equal([0, 1, 2], journal.Numbers(0));
    }

    [Fact]
    public async Task A_reader_may_start_before_the_publisher()
    {
        var early = NewTransport();
        await early.StartAsync(new Topology([], [Subscription()]), Stop);
        var journal = new Journal();
        await ReadAsync(early, journal);

        await SendAsync(await StartAsync(Service), Some.Messages(Stream, 1, 3));
        await journal.HasAsync(3, [1]);
    }

    [Fact]
    public async Task A_stream_declared_with_another_partition_count_is_refused_by_name()
    {
        await StartAsync(Service);
        var refused = await Assert.ThrowsAsync<TransportRefusedException>(
            () => NewTransport().StartAsync(Topology(Stream, Partitions + 3), Stop));
        AssertNames(refused, Stream, "Messaging:Partitions", "4", "7");
    }

    [Fact]
    public async Task A_subscription_with_another_partition_count_is_refused_by_name()
    {
        await StartAsync(Service);
        var refused = await Assert.ThrowsAsync<TransportRefusedException>(() => NewTransport().StartAsync(
            new Topology([], [Subscription(partitions: Partitions + 3)]), Stop));
        AssertNames(refused, Stream, "Messaging:Partitions", "4", "7");
    }

    [Fact]
    public async Task A_stream_may_have_many_partitions()
    {
        const int many = 24;
        var transport = await StartAsync(many, Service);
        await SendAsync(
            transport, [.. Enumerable.Range(0, many).SelectMany(partition => Some.Messages(Stream, partition, 5))]);

        var journal = new Journal();
        await ReadAsync(transport, Subscription(partitions: many), journal);
        await journal.HasAsync(5, Enumerable.Range(0, many));
        for (var partition = 0; partition < many; partition++)
            Assert.Equal(Enumerable.Range(0, 5), journal.Numbers(partition));
    }

    [Fact]
    public async Task Streams_do_not_see_each_other()
    {
        var other = Backend.NewStreamName();
        var transport = NewTransport();
        await transport.StartAsync(
            new Topology(
                [new(Stream, Partitions, [Service]), new(other, Partitions, [Service])],
                [Subscription(), new Subscription(other, Partitions, Service)]), Stop);
        var (here, there) = (new Journal(), new Journal());
        await ReadAsync(transport, here);
        await ReadAsync(transport, new Subscription(other, Partitions, Service), there);
        await SendAsync(transport, [.. Some.Messages(Stream, 0, 4), .. Some.Messages(other, 0, 2, first: 100)]);

        await here.HasAsync(4, [0]);
        await there.HasAsync(2, [0]);
        Assert.Equal([0, 1, 2, 3], here.Numbers(0));
        Assert.Equal([100, 101], there.Numbers(0));
    }

    private static void AssertNames(TransportRefusedException refused, params string[] names)
    {
        foreach (var name in names) Assert.Contains(name, refused.Message, StringComparison.Ordinal);
    }
}
