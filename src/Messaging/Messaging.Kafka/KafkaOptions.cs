using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.Kafka;

/// <summary>How the Kafka transport reaches and uses the cluster. Section <c>Messaging:Kafka</c>.</summary>
public sealed class KafkaOptions
{
    public const string Section = "Messaging:Kafka";

    /// <summary>One or more brokers to ask first, <c>host:port</c> separated by commas.</summary>
    [Required]
    public string BootstrapServers { get; set; } = "";

    /// <summary>Copies of each topic that is created. The cluster must have as many brokers.</summary>
    [Range(1, 7)] public short ReplicationFactor { get; set; } = 3;

    /// <summary>Copies that must have a message before it counts as accepted.</summary>
    [Range(1, 7)] public int MinInSyncReplicas { get; set; } = 2;

    /// <summary>Accepts topics whose accepted events are on one broker only: a lost disk loses them. Said once at
    /// start. Without it a topic with one replica, or one in-sync replica, is refused.</summary>
    public bool AcceptSingleReplica { get; set; }

    /// <summary>How long a topic that is created keeps events, read or not; null keeps them for ever. A subscriber that
    /// stays away longer loses what it has not read. Not longer than the inbox remembers
    /// (<c>Messaging:Inbox:Retention</c>) and the cluster keeps the place of a group nobody is in
    /// (<c>offsets.retention.minutes</c>), all 7 days by default: a subscriber that returns after that begins anew,
    /// and would handle again what its inbox has forgotten.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan? Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The largest body of one broker message. The topic's <c>max.message.bytes</c> must allow it.</summary>
    [Range(64 * 1024, 64 * 1024 * 1024)] public int BodySizeBytesMax { get; set; } = 2 * 1024 * 1024;

    /// <summary>How long one send waits for the broker's answers. What is unanswered then is sent again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one request may stay unanswered before its connection is given up and opened anew.
    /// It bounds how long a connection that died in silence delays the recovery.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>Silence after which the group takes a reader for dead. The broker's
    /// <c>group.min.session.timeout.ms</c> (6 s by default) bounds it from below.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(6);

    /// <summary>How long a partition that is taken away waits for the delivery that is in work.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:30")]
    public TimeSpan RevokeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Fetched messages that wait in the memory of one subscription.</summary>
    [Range(64, 1024 * 1024)] public int PrefetchSizeKilobytesMax { get; set; } = 8 * 1024;

    /// <summary>The topic of broadcasts: one partition, kept for a minute.</summary>
    [RegularExpression("[a-zA-Z0-9._-]{1,249}")] public string BroadcastTopic { get; set; } = "tessera.broadcast";

    /// <summary>Further librdkafka settings, such as <c>security.protocol</c> and <c>sasl.username</c>. Those that the
    /// transport's promises rest on (<see cref="OwnedSettings"/>) are refused.</summary>
    public Dictionary<string, string> Client { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Settings that <see cref="Client"/> may not name.</summary>
    public static IReadOnlyList<string> OwnedSettings { get; } =
    [
        "acks", "request.required.acks", "enable.idempotence", "enable.gapless.guarantee", "max.in.flight",
        "max.in.flight.requests.per.connection", "retries", "message.send.max.retries", "message.timeout.ms",
        "delivery.timeout.ms", "transactional.id", "partitioner", "message.max.bytes", "enable.auto.commit",
        "enable.auto.offset.store", "auto.offset.reset", "partition.assignment.strategy", "group.id", "group.protocol",
        "group.instance.id", "isolation.level", "session.timeout.ms", "max.poll.interval.ms", "bootstrap.servers",
        "metadata.broker.list", "allow.auto.create.topics", "statistics.interval.ms",
    ];
}
