using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.RabbitMq;

/// <summary>How to reach RabbitMQ and within which bounds to use it.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Messaging:RabbitMq";

    /// <summary><c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c>. Nodes of a cluster are separated by
    /// commas and tried in turn; user, password and vhost are taken from the first.</summary>
    [Required]
    public string Uri { get; set; } = "amqp://guest:guest@127.0.0.1:5672/";

    /// <summary>
    /// The longest wait for the broker's confirms of one send; then the connection is given up and made anew.
    /// Default 5 s: a node that was killed may take a message for a queue that it has not brought back, and
    /// never confirm it (seen on 3.10).
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest wait for any other answer of the broker: connect, declare, consume. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan BrokerTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Interval of heartbeats. The broker drops a silent reader after two to three of them and lets the next reader
    /// have its partitions, so 2 s (the default) keeps a takeover from a hung process at about 6 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two attempts to reach a broker that is away. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan ReconnectDelayMax { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Channels that sends are spread over by partition. Default 2.</summary>
    [Range(1, 64)]
    public int PublishChannels { get; set; } = 2;

    /// <summary>Messages that may await their confirm on one channel. Default 2,048.</summary>
    [Range(1, 65_536)]
    public int UnconfirmedMax { get; set; } = 2048;

    /// <summary>Larger bodies are refused before they are sent. The broker's own bound (<c>max_message_size</c>:
    /// 128 MiB in 3.x, 16 MiB in 4.x) must not be lower. Default 4 MiB.</summary>
    [Range(1024, 128 * 1024 * 1024)]
    public int BodySizeBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>What the queue of a stream without known subscribers keeps before its oldest events go.
    /// Default 64 MiB.</summary>
    [Range(typeof(long), "1024", "1099511627776")]
    public long RetainedSizeBytesMax { get; set; } = 64 * 1024 * 1024;

    /// <summary>Replicas of each queue when it is created (<c>x-quorum-initial-group-size</c>); a smaller cluster uses
    /// what it has. Default 3.</summary>
    [Range(1, 15)]
    public int QuorumSize { get; set; } = 3;

    /// <summary>How often a reader compares what the broker says of its queue with what it receives.
    /// Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the end of a subscription waits for the delivery that is being handled.
    /// Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
