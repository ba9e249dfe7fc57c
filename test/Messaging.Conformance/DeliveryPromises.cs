using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What one reading process can rely on.</summary>
public abstract class DeliveryPromises(TransportBackend backend) : TransportSuite(backend)
{
    [Fact]
    public async Task Keeps_the_order_of_each_partition_while_messages_are_still_sent()
    {
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        for (var round = 0; round < 20; round++)
        {
            await SendAsync(transport,
                [.. Enumerable.Range(0, Partitions)
                    .SelectMany(partition => Some.Messages(Stream, partition, 5, first: round * 5))]);
        }

        await journal.HasAsync(100, Enumerable.Range(0, Partitions));
        for (var partition = 0; partition < Partitions; partition++)
            Assert.Equal(Enumerable.Range(0, 100), journal.Numbers(partition));
        Assert.Empty(journal.Overlaps);
    }

    [Fact]
    public async Task What_is_sent_before_anyone_reads_is_there_for_a_known_subscriber()
    {
        var publisher = await StartAsync(Service);
        await SendAsync(publisher, Some.Messages(Stream, 1, 10));

        var journal = new Journal();
        await ReadAsync(await StartAsync(Service), journal);
        await journal.HasAsync(10, [1]);
        Assert.Equal(Enumerable.Range(0, 10), journal.Numbers(1));
    }

    [Fact]
    public async Task A_late_subscriber_reads_what_is_retained()
    {
        Assert.SkipUnless(Backend.Features.RetainsForLateSubscribers, $"{Backend.Name} keeps queues, not logs.");
        var publisher = await StartAsync(Service);
        var first = new Journal();
        await ReadAsync(publisher, first);
        await SendAsync(publisher, Some.Messages(Stream, 0, 10));
        await first.HasAsync(10, [0]);

        var late = NewTransport();
        var subscription = Subscription("latecomer");
        await late.StartAsync(new Topology([], [subscription]), Stop);
        var journal = new Journal();
        await ReadAsync(late, subscription, journal);
        await journal.HasAsync(10, [0]);
        Assert.Equal(Enumerable.Range(0, 10), journal.Numbers(0));
    }

    [Fact]
    public async Task Each_subscriber_gets_every_message()
    {
        var transport = await StartAsync(Service, "payments");
        var (stock, payments) = (new Journal(), new Journal());
        await ReadAsync(transport, Subscription(), stock);
        await ReadAsync(transport, Subscription("payments"), payments);
        await SendAsync(transport, Some.Messages(Stream, 0, 20));

        await stock.HasAsync(20, [0]);
        await payments.HasAsync(20, [0]);
        Assert.Equal(stock.Numbers(0), payments.Numbers(0));
    }

    [Fact]
    public async Task What_is_not_settled_is_delivered_again_in_order()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, Some.Messages(Stream, 0, 10));
        var attempts = 0;
        var journal = new Journal();
        await ReadAsync(transport, journal, (delivery, _) => Task.FromResult(
            Interlocked.Increment(ref attempts) <= 3 ? DeliveryOutcome.Redeliver : DeliveryOutcome.Settle));

        await journal.HasAsync(10, [0]);
        Assert.Equal(Enumerable.Range(0, 10), journal.Numbers(0));
        Assert.True(attempts > 3, $"{attempts} deliveries");
    }

    [Fact]
    public async Task A_handler_that_throws_has_settled_nothing()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, Some.Messages(Stream, 0, 5));
        var attempts = 0;
        var journal = new Journal();
        await ReadAsync(transport, journal, (_, _) => Interlocked.Increment(ref attempts) == 1
            ? throw new InvalidOperationException("The first delivery fails.")
            : Task.FromResult(DeliveryOutcome.Settle));

        await journal.HasAsync(5, [0]);
        Assert.Equal(Enumerable.Range(0, 5), journal.Numbers(0));
    }

    [Fact]
    public async Task What_is_settled_is_not_delivered_again_to_the_next_process()
    {
        var first = await StartAsync(Service);
        await SendAsync(first, Some.Messages(Stream, 0, 10));
        var before = new Journal();
        var reader = await ReadAsync(first, before);
        await before.HasAsync(10, [0]);
        await reader.DisposeAsync();
        await first.DisposeAsync();

        var second = await StartAsync(Service);
        await SendAsync(second, Some.Messages(Stream, 0, 1, first: 10));
        var after = new Journal();
        await ReadAsync(second, after);
        await Eventually.HoldsAsync("the new message is settled", () => after.Numbers(0).Contains(10));
        Assert.Equal([10], after.Numbers(0));
    }

    [Fact]
    public async Task A_delivery_carries_no_more_than_the_subscription_allows()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, Some.Messages(Stream, 0, 50));
        var journal = new Journal();
        await ReadAsync(transport, Subscription(batchMax: 7), journal);

        await journal.HasAsync(50, [0]);
        Assert.InRange(journal.Largest, 1, 7);
        Assert.Equal(Enumerable.Range(0, 50), journal.Numbers(0));
    }

    [Fact]
    public async Task Waiting_messages_come_in_batches()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, Some.Messages(Stream, 0, 200));
        var journal = new Journal();
        await ReadAsync(transport, journal);

        await journal.HasAsync(200, [0]);
        Assert.True(journal.Deliveries <= 100, $"{journal.Deliveries} deliveries for 200 waiting messages");
    }

    [Fact]
    public async Task A_partition_has_one_delivery_outstanding()
    {
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, Subscription(batchMax: 3), journal, async (_, _) =>
        {
            await Task.Yield();
            return DeliveryOutcome.Settle;
        });
        for (var round = 0; round < 20; round++)
        {
            await SendAsync(transport,
                [.. Enumerable.Range(0, Partitions)
                    .SelectMany(partition => Some.Messages(Stream, partition, 4, first: round * 4))]);
        }

        await journal.HasAsync(80, Enumerable.Range(0, Partitions));
        Assert.Empty(journal.Overlaps);
    }

    [Fact]
    public async Task Stopping_waits_for_the_delivery_that_runs_and_honours_it()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, Some.Messages(Stream, 0, 4));
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var journal = new Journal();
        var reader = await ReadAsync(transport, journal, async (_, revoked) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return DeliveryOutcome.Settle;
        });
        await begun.Task.WithinAsync(Eventually.Bound, Stop);
        var stopping = reader.DisposeAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        finish.SetResult();
        await stopping.WithinAsync(Eventually.Bound, Stop);

        var seen = journal.Settled.Count;
        Assert.InRange(seen, 1, 4);
        await SendAsync(transport, Some.Messages(Stream, 0, 1, first: 4));
        var after = new Journal();
        await ReadAsync(await StartAsync(Service), after);
        await Eventually.HoldsAsync("the last message is settled", () => after.Numbers(0).Contains(4));
        Assert.Equal(Enumerable.Range(seen, 5 - seen), after.Numbers(0));
    }
}
