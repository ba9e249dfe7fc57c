using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>Lag and owners of a subscription, as the group coordinator and the partition leaders tell them.</summary>
internal static class KafkaInspection
{
    private static readonly TimeSpan _retryDelay = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<PartitionState>> ReadAsync(
        IAdminClient admin, KafkaClients clients, Subscription subscription, TimeSpan timeout, CancellationToken stop)
    {
        var group = KafkaSubscription.GroupOf(subscription);
        var began = Environment.TickCount64;
        while (true)
        {
            try
            {
                return await ReadOnceAsync(admin, clients, subscription, group, timeout, stop).ConfigureAwait(false);
            }
            catch (KafkaException passing)
                when (IsPassing(passing) && Environment.TickCount64 - began < timeout.TotalMilliseconds)
            {
                await Task.Delay(_retryDelay, stop).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is KafkaException or TimeoutException)
            {
                var why = failure is ListOffsetsException some ? WhyOf(some) : failure.Message;
                throw new TransportUnavailableException(
                    $"Kafka does not tell the state of the group '{group}': {why}", failure);
            }
        }
    }

    private static async Task<IReadOnlyList<PartitionState>> ReadOnceAsync(
        IAdminClient admin, KafkaClients clients, Subscription subscription, string group, TimeSpan timeout,
        CancellationToken stop)
    {
        var partitions = Enumerable.Range(0, subscription.Partitions)
            .Select(number => new TopicPartition(subscription.Stream, number)).ToList();
        var ends = OffsetsAsync(admin, partitions, OffsetSpec.Latest(), timeout);
        var begins = OffsetsAsync(admin, partitions, OffsetSpec.Earliest(), timeout);
        var committed = CommittedAsync(admin, group, partitions, timeout);
        var owners = OwnersAsync(admin, group, timeout);
        await Task.WhenAll(ends, begins, committed, owners).WaitAsync(2 * timeout, stop).ConfigureAwait(false);
        var (high, low) = (await ends.ConfigureAwait(false), await begins.ConfigureAwait(false));
        var (read, owner) = (await committed.ConfigureAwait(false), await owners.ConfigureAwait(false));
        var next = partitions.ToDictionary(
            partition => partition, partition => Math.Max(read.GetValueOrDefault(partition, -1), low[partition]));
        var behind = partitions.Where(partition => next[partition] < high[partition])
            .Select(partition => new TopicPartitionOffset(partition, next[partition])).ToList();
        var oldest = await OldestAsync(clients, behind, timeout).WaitAsync(2 * timeout, stop).ConfigureAwait(false);
        return [.. partitions.Select(partition => new PartitionState(
            partition.Partition.Value,
            owner.GetValueOrDefault(partition),
            Math.Max(0, high[partition] - next[partition]),
            oldest.TryGetValue(partition, out var time) ? time : null))];
    }

    /// <summary>Just after a topic or the first group was made, and while a leader or coordinator moves, the broker
    /// answers that it cannot tell yet. The client asks again by itself for other requests, and not for these.
    /// </summary>
    private static bool IsPassing(KafkaException failure) => failure is ListOffsetsException some
        ? some.Result.ResultInfos.Select(info => info.TopicPartitionOffsetError.Error)
            .All(error => !error.IsError || IsPassing(error.Code))
        : IsPassing(failure.Error.Code);

    private static bool IsPassing(ErrorCode code) => code is ErrorCode.GroupLoadInProgress
        or ErrorCode.GroupCoordinatorNotAvailable or ErrorCode.NotCoordinatorForGroup or ErrorCode.LeaderNotAvailable
        or ErrorCode.NotLeaderForPartition or ErrorCode.UnknownTopicOrPart;

    private static string WhyOf(ListOffsetsException failure) => string.Join(", ", failure.Result.ResultInfos
        .Select(info => info.TopicPartitionOffsetError).Where(partition => partition.Error.IsError)
        .Select(partition => $"{partition.TopicPartition}: {partition.Error.Reason}"));

    private static async Task<Dictionary<TopicPartition, long>> OffsetsAsync(
        IAdminClient admin, List<TopicPartition> partitions, OffsetSpec which, TimeSpan timeout)
    {
        var answer = await admin.ListOffsetsAsync(
            partitions.Select(
                partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = which }),
            new() { RequestTimeout = timeout }).ConfigureAwait(false);
        return answer.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.TopicPartition, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private static async Task<Dictionary<TopicPartition, long>> CommittedAsync(
        IAdminClient admin, string group, List<TopicPartition> partitions, TimeSpan timeout)
    {
        try
        {
            var answer = await admin.ListConsumerGroupOffsetsAsync(
                [new ConsumerGroupTopicPartitions(group, partitions)],
                new() { RequestTimeout = timeout }).ConfigureAwait(false);
            return answer.SelectMany(one => one.Partitions)
                .Where(offset => offset.Offset.Value >= 0)
                .ToDictionary(offset => offset.TopicPartition, offset => offset.Offset.Value);
        }
        catch (KafkaException none) when (none.Error.Code == ErrorCode.GroupIdNotFound)
        {
            return []; // Nobody has read yet.
        }
    }

    private static async Task<Dictionary<TopicPartition, string>> OwnersAsync(
        IAdminClient admin, string group, TimeSpan timeout)
    {
        try
        {
            var answer = await admin.DescribeConsumerGroupsAsync(
                [group], new() { RequestTimeout = timeout }).ConfigureAwait(false);
            return answer.ConsumerGroupDescriptions.SelectMany(description => description.Members)
                .SelectMany(member =>
                    (member.Assignment?.TopicPartitions ?? []).Select(partition => (partition, member.ClientId)))
                .GroupBy(held => held.partition)
                .ToDictionary(held => held.Key, held => held.First().ClientId);
        }
        catch (KafkaException none) when (none.Error.Code == ErrorCode.GroupIdNotFound)
        {
            return [];
        }
    }

    /// <summary>The accept time of the first unread message of each partition: read, not committed,
    /// by a passing consumer.</summary>
    private static Task<Dictionary<TopicPartition, DateTimeOffset>> OldestAsync(
        KafkaClients clients, List<TopicPartitionOffset> behind, TimeSpan timeout) =>
        behind.Count == 0 ? Task.FromResult<Dictionary<TopicPartition, DateTimeOffset>>([]) : Task.Factory.StartNew(
            () =>
            {
                Dictionary<TopicPartition, DateTimeOffset> found = [];
                using var consumer = clients.Consumer($"inspection.{Guid.NewGuid():N}", "inspection").Build();
                consumer.Assign(behind);
                var began = Environment.TickCount64;
                while (found.Count < behind.Count && Environment.TickCount64 - began < timeout.TotalMilliseconds)
                {
                    if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } first) continue;
                    if (!found.TryAdd(
                        first.TopicPartition, new(first.Message.Timestamp.UtcDateTime, TimeSpan.Zero))) continue;
                    consumer.Pause([first.TopicPartition]);
                }
                return found;
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
