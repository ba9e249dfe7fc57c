using System.Collections.Concurrent;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>Creates the topics and compares what the cluster really has with what the promises need.</summary>
internal sealed partial class KafkaTopics(IAdminClient admin, KafkaOptions options, ILogger logger)
{
    private static readonly TimeSpan VisibleWithin = TimeSpan.FromSeconds(15);
    private readonly ConcurrentDictionary<string, int> _partitions = new(StringComparer.Ordinal);

    public async Task PrepareAsync(Topology topology, CancellationToken stop)
    {
        var wanted = Wanted(topology);
        var found = await FindAsync(wanted.Keys, stop).ConfigureAwait(false);
        var missing = wanted.Keys.Except(found.Keys).ToArray();
        if (missing.Length > 0)
        {
            await CreateAsync(missing.Select(name => Specification(name, wanted[name])), stop).ConfigureAwait(false);
            found = await UntilVisibleAsync([.. wanted.Keys], stop).ConfigureAwait(false);
        }
        foreach (var (name, partitions) in wanted) CheckPartitions(found[name], partitions);
        await CheckSettingsAsync([.. found.Values], stop).ConfigureAwait(false);
        foreach (var (name, partitions) in wanted) _partitions[name] = partitions;
    }

    /// <summary>How many partitions the topic has; 0 when there is none. Known ones are not asked for again.</summary>
    public async ValueTask<int> CountPartitionsAsync(string name, CancellationToken stop)
    {
        if (_partitions.TryGetValue(name, out var known)) return known;
        var found = await FindAsync([name], stop).ConfigureAwait(false);
        return found.TryGetValue(name, out var topic) ? _partitions[name] = topic.Partitions.Count : 0;
    }

    /// <summary>The topic of broadcasts: its loss loses signals only, so one replica will do.</summary>
    public async Task PrepareBroadcastAsync(CancellationToken stop)
    {
        if ((await FindAsync([options.BroadcastTopic], stop).ConfigureAwait(false)).Count > 0) return;
        await CreateAsync(
            [
                new TopicSpecification
                {
                    Name = options.BroadcastTopic,
                    NumPartitions = 1,
                    ReplicationFactor = 1,
                    Configs =
                        new() { ["retention.ms"] = "60000", ["segment.ms"] = "60000", ["cleanup.policy"] = "delete" },
                },
            ],
            stop).ConfigureAwait(false);
        await UntilVisibleAsync([options.BroadcastTopic], stop).ConfigureAwait(false);
    }

    private static Dictionary<string, int> Wanted(Topology topology)
    {
        Dictionary<string, int> wanted = new(StringComparer.Ordinal);
        var all = topology.Streams.Select(stream => (stream.Name, stream.Partitions))
            .Concat(topology.Subscriptions.Select(
                subscription => (Name: subscription.Stream, subscription.Partitions)));
        foreach (var (name, partitions) in all)
        {
            if (!wanted.TryAdd(name, partitions) && wanted[name] != partitions)
            {
                throw new TransportRefusedException(
                    $"The stream '{name}' is declared with {wanted[name]} and with {partitions} partitions.");
            }
        }
        return wanted;
    }

    private TopicSpecification Specification(string name, int partitions) => new()
    {
        Name = name,
        NumPartitions = partitions,
        ReplicationFactor = -1, // Replaced before it is sent: it depends on the number of brokers.
        Configs = new()
        {
            ["cleanup.policy"] = "delete",
            ["retention.ms"] = options.Retention is { } kept
                ? ((long)kept.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)
                : "-1",
            ["retention.bytes"] = "-1",
            ["max.message.bytes"] = (options.BodySizeBytesMax + KafkaClients.OverheadBytes).ToString(
                CultureInfo.InvariantCulture),
            ["unclean.leader.election.enable"] = "false",
        },
    };

    private async Task CreateAsync(IEnumerable<TopicSpecification> topics, CancellationToken stop)
    {
        var brokers = await CountBrokersAsync(stop).ConfigureAwait(false);
        var copies = options.AcceptSingleReplica
            ? (short)Math.Min(options.ReplicationFactor, brokers)
            : options.ReplicationFactor;
        var specifications = topics.ToList();
        foreach (var topic in specifications.Where(topic => topic.ReplicationFactor < 0))
        {
            if (copies > brokers)
            {
                throw new TransportRefusedException(
                    $"{KafkaOptions.Section}:ReplicationFactor is {copies}, " +
                    $"but the cluster at {options.BootstrapServers} has {brokers} broker(s), " +
                    $"so the topic '{topic.Name}' cannot be created. " +
                    $"Add brokers, or set {KafkaOptions.Section}:AcceptSingleReplica=true " +
                    "to accept that events are kept on one broker only.");
            }
            topic.ReplicationFactor = copies;
            topic.Configs["min.insync.replicas"] =
                Math.Min(options.MinInSyncReplicas, copies).ToString(CultureInfo.InvariantCulture);
        }
        try
        {
            await AskAsync(
                () => admin.CreateTopicsAsync(specifications, new() { RequestTimeout = options.RequestTimeout }), stop)
                .ConfigureAwait(false);
        }
        catch (CreateTopicsException failure)
        {
            // Another process was quicker, which serves as well.
            var failed = failure.Results.Where(topic =>
                topic.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists)).ToArray();
            if (failed.Length == 0) return;
            var text = string.Join("; ", failed.Select(topic => $"'{topic.Topic}': {topic.Error.Reason}"));
            if (Array.TrueForAll(failed, topic => IsPassing(topic.Error)))
                throw new TransportUnavailableException($"Kafka could not create the topics now: {text}", failure);
            throw new TransportRefusedException($"Kafka refused to create the topics: {text}", failure);
        }
    }

    private async Task<Dictionary<string, TopicDescription>> UntilVisibleAsync(
        string[] names, CancellationToken stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var found = await FindAsync(names, stop).ConfigureAwait(false);
            if (found.Count == names.Length && found.Values.All(
                topic => topic.Partitions.TrueForAll(part => part.Leader is { Id: >= 0 })))
            {
                return found;
            }
            if (TimeProvider.System.GetElapsedTime(began) > VisibleWithin)
            {
                throw new TransportUnavailableException(
                    $"Kafka created {string.Join(", ", names.Except(found.Keys))} but does not show them.");
            }
            await Task.Delay(50, stop).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<string, TopicDescription>> FindAsync(
        IReadOnlyCollection<string> names, CancellationToken stop)
    {
        if (names.Count == 0) return [];
        List<TopicDescription> described;
        try
        {
            var answer = await AskAsync(
                () => admin.DescribeTopicsAsync(
                    TopicCollection.OfTopicNames(names), new() { RequestTimeout = options.RequestTimeout }),
                stop).ConfigureAwait(false);
            described = answer.TopicDescriptions;
        }
        catch (DescribeTopicsException some)
        {
            described = some.Results.TopicDescriptions;
        }
        foreach (var topic in described)
        {
            if (topic.Error.Code is ErrorCode.NoError or ErrorCode.UnknownTopicOrPart) continue;
            if (IsPassing(topic.Error))
            {
                throw new TransportUnavailableException($"Kafka topic '{topic.Name}': {topic.Error.Reason}");
            }
            throw new TransportRefusedException(
                $"Kafka topic '{topic.Name}': {topic.Error.Reason} ({topic.Error.Code})");
        }
        return described.Where(topic => topic.Error.Code == ErrorCode.NoError)
            .ToDictionary(topic => topic.Name, StringComparer.Ordinal);
    }

    /// <remarks>By the plain metadata request: DescribeCluster to a broker that was still starting has been seen to end
    /// the whole process inside librdkafka.</remarks>
    public async Task<int> CountBrokersAsync(CancellationToken stop)
    {
        var metadata = await AskAsync(
            () => Task.Factory.StartNew(
                () => admin.GetMetadata(options.RequestTimeout),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            stop).ConfigureAwait(false);
        return metadata.Brokers.Count > 0
            ? metadata.Brokers.Count
            : throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} is starting: it names no broker yet.");
    }

    private static void CheckPartitions(TopicDescription topic, int partitions)
    {
        if (topic.Partitions.Count == partitions) return;
        throw new TransportRefusedException(
            $"The Kafka topic '{topic.Name}' has {topic.Partitions.Count} partitions, " +
            $"but Messaging:Partitions is {partitions}. A stream keeps the count it was created with: " +
            "set Messaging:Partitions to the topic's, or move to a new topic.");
    }

    /// <summary>Runs one request of the admin client; what time can cure
    /// becomes <see cref="TransportUnavailableException"/>.</summary>
    private async Task<T> AskAsync<T>(Func<Task<T>> request, CancellationToken stop)
    {
        try
        {
            return await request().WaitAsync(2 * options.RequestTimeout, stop).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new TransportUnavailableException($"Kafka at {options.BootstrapServers} does not answer.", late);
        }
        catch (KafkaException failure) when (
            failure is not (CreateTopicsException or DescribeTopicsException or DescribeConfigsException)
            && IsPassing(failure.Error))
        {
            throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} ({KafkaOptions.Section}:BootstrapServers) does not answer: " +
                $"{failure.Error.Reason}", failure);
        }
        catch (KafkaException failure)
            when (failure.Error.Code is ErrorCode.ClusterAuthorizationFailed or ErrorCode.SaslAuthenticationFailed)
        {
            throw new TransportRefusedException(
                $"Kafka at {options.BootstrapServers} refuses this client: {failure.Error.Reason}. " +
                $"See {KafkaOptions.Section}:Client.", failure);
        }
    }

    private async Task AskAsync(Func<Task> request, CancellationToken stop) =>
        await AskAsync(async () => { await request().ConfigureAwait(false); return true; }, stop).ConfigureAwait(false);

    private static bool IsPassing(Error error) => error.Code is
        ErrorCode.Local_TimedOut or ErrorCode.Local_Transport
        or ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Resolve
        or ErrorCode.Local_WaitCoord or ErrorCode.Local_Destroy or ErrorCode.RequestTimedOut or ErrorCode.NotController
        or ErrorCode.LeaderNotAvailable or ErrorCode.BrokerNotAvailable or ErrorCode.NetworkException
        or ErrorCode.NotLeaderForPartition or ErrorCode.Local_State or ErrorCode.Local_TimedOutQueue;
}
