using System.Globalization;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

internal sealed partial class KafkaTopics
{
    private async Task CheckSettingsAsync(TopicDescription[] topics, CancellationToken stop)
    {
        if (topics.Length == 0) return;
        var resources = topics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic.Name });
        List<DescribeConfigsResult> answers;
        try
        {
            answers = await AskAsync(
                () => admin.DescribeConfigsAsync(resources, new() { RequestTimeout = options.RequestTimeout }),
                stop).ConfigureAwait(false);
        }
        catch (DescribeConfigsException denied)
        {
            throw new TransportRefusedException(
                $"Kafka does not show the topics' settings ({denied.Error.Reason}), so what they promise cannot be " +
                "checked. Grant DescribeConfigs on the topics.", denied);
        }
        List<string> single = [];
        foreach (var answer in answers)
        {
            var topic = topics.First(candidate => candidate.Name == answer.ConfigResource.Name);
            if (CheckDurability(topic, answer.Entries)) single.Add(topic.Name);
            CheckRetention(topic.Name, answer.Entries);
            CheckSize(topic.Name, answer.Entries);
        }
        if (single.Count > 0) Log.SingleReplicaAccepted(logger, string.Join(", ", single));
    }

    /// <summary>True when the topic keeps a single copy and the operator accepted that.</summary>
    private bool CheckDurability(TopicDescription topic, Dictionary<string, ConfigEntryResult> settings)
    {
        var replicas = topic.Partitions.Min(partition => partition.Replicas.Count);
        var inSync = Number(settings, "min.insync.replicas");
        if (inSync > replicas)
        {
            throw new TransportRefusedException(
                $"The Kafka topic '{topic.Name}' has min.insync.replicas={inSync} but {replicas} " +
                "replica(s): it accepts nothing.");
        }
        if (settings["unclean.leader.election.enable"].Value == "true" && replicas > 1)
        {
            throw new TransportRefusedException(
                $"The Kafka topic '{topic.Name}' has unclean.leader.election.enable=true, " +
                "which loses accepted events. Set it to false.");
        }
        if (replicas >= 2 && inSync >= 2) return false;
        if (options.AcceptSingleReplica) return true;
        throw new TransportRefusedException(
            $"The Kafka topic '{topic.Name}' has {replicas} replica(s) and min.insync.replicas={inSync}: " +
            "an accepted event may be on one broker only. Raise both to 2 or more, " +
            $"or set {KafkaOptions.Section}:AcceptSingleReplica=true to accept that.");
    }

    private void CheckRetention(string topic, Dictionary<string, ConfigEntryResult> settings)
    {
        if (settings["cleanup.policy"].Value != "delete")
        {
            throw new TransportRefusedException(
                $"The Kafka topic '{topic}' has cleanup.policy={settings["cleanup.policy"].Value}: " +
                "compaction removes events of a key that were not read yet. Set it to delete.");
        }
        var bytes = Number(settings, "retention.bytes");
        if (bytes >= 0) Log.RetainsBytes(logger, topic, bytes);
        var kept = Number(settings, "retention.ms");
        if (kept < 0) Log.RetainsForEver(logger, topic);
        else Log.RetainsFor(logger, topic, TimeSpan.FromMilliseconds(kept));
    }

    private void CheckSize(string topic, Dictionary<string, ConfigEntryResult> settings)
    {
        var allowed = Number(settings, "max.message.bytes");
        if (allowed >= options.BodySizeBytesMax + KafkaClients.OverheadBytes) return;
        throw new TransportRefusedException(
            $"The Kafka topic '{topic}' has max.message.bytes={allowed}; {KafkaOptions.Section}:BodySizeBytesMax " +
            $"needs {options.BodySizeBytesMax + KafkaClients.OverheadBytes}. Raise the one or lower the other.");
    }

    private static long Number(Dictionary<string, ConfigEntryResult> settings, string name) =>
        long.Parse(settings[name].Value, CultureInfo.InvariantCulture);

    private static partial class Log
    {
        [LoggerMessage(4121, LogLevel.Information, // Somebody chose it.
            "Kafka topics {Topics} keep accepted events on one broker only (Messaging:Kafka:AcceptSingleReplica): " +
            "its disk's loss loses them")]
        public static partial void SingleReplicaAccepted(ILogger logger, string topics);

        [LoggerMessage(4122, LogLevel.Information,
            "Kafka topic {Topic} keeps events for {Retention}, read or not (retention.ms)")]
        public static partial void RetainsFor(ILogger logger, string topic, TimeSpan retention);

        [LoggerMessage(4123, LogLevel.Information, "Kafka topic {Topic} keeps events for ever (retention.ms=-1)")]
        public static partial void RetainsForEver(ILogger logger, string topic);

        [LoggerMessage(4124, LogLevel.Warning,
            "Kafka topic {Topic} keeps only the last {Bytes} bytes of a partition, " +
            "read or not (retention.bytes): set it to -1")]
        public static partial void RetainsBytes(ILogger logger, string topic, long bytes);
    }
}
