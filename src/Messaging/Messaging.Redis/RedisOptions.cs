using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.Redis;

/// <summary>How to reach Redis, within which bounds to use it, and which of its settings to live with.</summary>
public sealed class RedisOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Messaging:Redis";

    /// <summary>As StackExchange.Redis reads it: <c>host:port,host:port,password=…,ssl=true</c>.</summary>
    [Required]
    public string Configuration { get; set; } = "127.0.0.1:6379";

    /// <summary>
    /// Lives with <c>appendfsync everysec</c>: a loss of power may lose the last second of accepted events,
    /// whose outbox rows are gone by then. Without it <c>appendfsync always</c> is required, or a server
    /// that knows WAITAOF (7.2).
    /// </summary>
    public bool AcceptEverysecFsync { get; set; }

    /// <summary>Lives with a server without append-only file: its restart loses every waiting event.
    /// For trials.</summary>
    public bool AcceptNoAppendOnlyFile { get; set; }

    /// <summary>Lives with a server that does not tell its settings (CONFIG forbidden, as managed ones do).</summary>
    public bool AcceptUnknownSettings { get; set; }

    /// <summary>Replicas that must have received an event before it counts as accepted (WAIT). Default 0.</summary>
    [Range(0, 16)]
    public int ReplicasMin { get; set; }

    /// <summary>The longest wait for the acceptance of one send. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for any other answer; then the connection is given up. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan BrokerTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a partition stays with a reader that is not heard of. Default 5 s; other processes take over
    /// within it and one more second.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a partition is looked at without having been woken: a lost wake-up costs this.
    /// Default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:10")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often entries that all groups have settled are trimmed. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Entries that one trimming step removes at most. Default 1,000.</summary>
    [Range(100, 100_000)]
    public int TrimStep { get; set; } = 1000;

    /// <summary>How long events of a stream without any group are kept. Default 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan RetentionWithoutGroups { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Larger bodies are refused before they are sent. Default 4 MiB.</summary>
    [Range(1024, 128 * 1024 * 1024)]
    public int BodySizeBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long the end of a subscription waits for the delivery that is being handled.
    /// Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
