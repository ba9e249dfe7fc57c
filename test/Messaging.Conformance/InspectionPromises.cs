using System.Globalization;
using Tessera.Messaging.Transport;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Conformance;

/// <summary>What status pages and metrics are told.</summary>
public abstract class InspectionPromises(TransportBackend backend) : TransportSuite(backend)
{
    [Fact]
    public async Task Unread_messages_are_counted_per_partition()
    {
        var transport = await StartAsync(Service);
        await SendAsync(transport, [.. Some.Messages(Stream, 0, 3), .. Some.Messages(Stream, 2, 5)]);

        IReadOnlyList<PartitionState> states = [];
        await Eventually.HoldsAsync("the counts are right", async () =>
        {
            states = await transport.InspectAsync(Subscription(), Stop);
            return states.OrderBy(state => state.Partition)
                .Select(state => state.Unread).SequenceEqual([3L, 0L, 5L, 0L]);
        });
        Assert.All(states, state => Assert.Null(state.Owner));
        Assert.All(states.Where(state => state.Unread == 0), state => Assert.Null(state.OldestUnread));
    }

    [Fact]
    public async Task The_age_of_the_oldest_unread_message_is_about_right_where_it_is_told()
    {
        var transport = await StartAsync(Service);
        var before = TimeProvider.System.GetUtcNow();
        await SendAsync(transport, Some.Messages(Stream, 0, 3));
        var after = TimeProvider.System.GetUtcNow();

        var state = (await transport.InspectAsync(Subscription(), Stop)).Single(state => state.Partition == 0);
        Assert.SkipWhen(state.OldestUnread is null, $"{Backend.Name} tells their age only to who reads them.");
        Assert.InRange(state.OldestUnread.Value, before.AddSeconds(-1), after.AddSeconds(1));
    }

    [Fact]
    public async Task The_only_reader_owns_each_partition_before_and_after_the_first_message()
    {
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await Eventually.HoldsAsync("this process owns all", OwnsAllAsync);

        await SendAsync(transport, Some.Messages(Stream, 1, 1));
        await journal.HasAsync(1, [1]);
        Assert.True(await OwnsAllAsync());

        async Task<bool> OwnsAllAsync()
        {
            var self = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
            var states = await transport.InspectAsync(Subscription(), Stop);
            return states.All(state => state.Owner?.Contains(self, StringComparison.Ordinal) ?? false);
        }
    }

    [Fact]
    public async Task When_all_is_read_nothing_is_unread_and_each_partition_is_told()
    {
        var transport = await StartAsync(Service);
        var journal = new Journal();
        await ReadAsync(transport, journal);
        await SendAsync(transport,
            [.. Enumerable.Range(0, Partitions).SelectMany(partition => Some.Messages(Stream, partition, 2))]);
        await journal.HasAsync(2, Enumerable.Range(0, Partitions));

        await Eventually.HoldsAsync("nothing is unread", async () =>
            (await transport.InspectAsync(Subscription(), Stop)).All(state => state.Unread == 0));
        var states = await transport.InspectAsync(Subscription(), Stop);
        Assert.Equal(Enumerable.Range(0, Partitions), states.Select(state => state.Partition).Order());
    }

    [Fact]
    public async Task What_another_process_holds_is_unread_too_where_it_is_told()
    {
        var asked = await StartAsync(Service);
        Assert.SkipUnless(asked.Features.CountsLent, $"{Backend.Name} tells a process only of what itself holds.");
        var reader = await StartAsync(Service);
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        await ReadAsync(reader, new Journal(), async (_, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return DeliveryOutcome.Settle;
        });
        await SendAsync(asked, Some.Messages(Stream, 0, 1));
        await begun.Task.WithinAsync(Eventually.Bound, Stop);
        try
        {
            Assert.Equal(1, (await asked.InspectAsync(Subscription(), Stop)).Sum(state => state.Unread));
        }
        finally
        {
            finish.SetResult();
        }
    }

    [Fact]
    public async Task A_message_that_is_held_and_not_settled_is_still_unread_and_grows_old()
    {
        var transport = await StartAsync(Service);
        var (begun, finish) = (new TaskCompletionSource(), new TaskCompletionSource());
        var journal = new Journal();
        await ReadAsync(transport, journal, async (_, _) =>
        {
            begun.TrySetResult();
            await finish.Task;
            return DeliveryOutcome.Settle;
        });
        var before = TimeProvider.System.GetUtcNow();
        await SendAsync(transport, Some.Messages(Stream, 0, 1));
        var after = TimeProvider.System.GetUtcNow();
        await begun.Task.WithinAsync(Eventually.Bound, Stop);
        try
        {
            IReadOnlyList<PartitionState> states = [];
            await Eventually.HoldsAsync("the held message counts as unread", async () =>
            {
                states = await transport.InspectAsync(Subscription(), Stop);
                return states.Sum(state => state.Unread) == 1;
            });
            Assert.InRange(
                states.Single(state => state.Unread == 1).OldestUnread ?? default,
                before.AddSeconds(-1), after.AddSeconds(1));
        }
        finally
        {
            finish.SetResult();
        }
    }
}
