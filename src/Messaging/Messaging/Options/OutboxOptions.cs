using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>How the relay works: section <c>Messaging:Outbox</c>.</summary>
public sealed class OutboxOptions
{
    public const string Section = "Messaging:Outbox";

    /// <summary>Most rows read per shard and pass. Default 256.</summary>
    [Range(1, 10_000)] public int BatchSize { get; set; } = 256;

    /// <summary>How often the relay looks for other processes' commits while another process of the service lives;
    /// its own process's commits wake it at once. Default 10 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How often it looks although nothing says that there is anything. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan IdlePollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether waiting events of one partition travel together in one broker message (CloudEvents JSON batch).
    /// Turn off for a stream that foreign software reads. Default true.</summary>
    public bool Frames { get; set; } = true;

    /// <summary>The largest frame in bytes; the broker's own limit applies too. Default 80 KiB: arrays of 85,000 bytes
    /// and more lie on the runtime's large object heap, and every few of them cost a collection of everything, here and
    /// where they are read.</summary>
    [Range(1_024, 16 * 1024 * 1024)] public int FrameBytesMax { get; set; } = 80 * 1024;

    /// <summary>The first wait after a send that failed, and before a refused key is tried again; it doubles.
    /// Default 100 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RetryDelayMin { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait after a send that failed. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait before a refused key is tried again. Default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "1.00:00:00")]
    public TimeSpan HeldKeyDelayMax { get; set; } = TimeSpan.FromMinutes(5);
}
