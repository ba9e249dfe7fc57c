using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging.Sqlite;

/// <summary>The embedded broker: a partitioned log in one SQLite file that all local processes open.</summary>
public sealed class EmbeddedTransportOptions
{
    public const string Section = "Messaging:Embedded";

    /// <summary>The log's file (key <c>Messaging:Embedded:File</c>), the same for all processes; created when it is not
    /// there. On a local disk: SQLite's write-ahead log does not work over network file systems.</summary>
    [Required(AllowEmptyStrings = false,
        ErrorMessage = "Messaging:Embedded:File is missing: name the log's file, the same for all processes.")]
    public string File { get; set; } = "";

    /// <summary>The longest time that a send waits for other processes' writes and for the disk.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00",
        ErrorMessage = "Messaging:Embedded:SendTimeout must lie between 100 ms and 10 min.")]
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest body of one message, bytes.</summary>
    [Range(1024, 64 * 1024 * 1024,
        ErrorMessage = "Messaging:Embedded:BodySizeBytesMax must lie between 1 KiB and 64 MiB.")]
    public int BodySizeBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>A delivery is closed when its bodies exceed this size.</summary>
    [Range(1024, 256 * 1024 * 1024,
        ErrorMessage = "Messaging:Embedded:DeliverySizeBytesMax must lie between 1 KiB and 256 MiB.")]
    public int DeliverySizeBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a reader's partitions stay its own without a sign of life. A third of it lies between two
    /// signs; a dead reader's partitions are read on after it and a third more.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00",
        ErrorMessage = "Messaging:Embedded:LeaseDuration must lie between 500 ms and 5 min.")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a message stays after every subscriber has read it, for subscribers that join later.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00",
        ErrorMessage = "Messaging:Embedded:RetainRead must lie between 0 and 365 days.")]
    public TimeSpan RetainRead { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a message of a stream stays to which nobody subscribes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00",
        ErrorMessage = "Messaging:Embedded:RetainUnclaimed must lie between 0 and 365 days.")]
    public TimeSpan RetainUnclaimed { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The log does not grow beyond this size. Messages that a subscriber has not read are never deleted:
    /// when they fill the log, sends fail as when the broker is away, and the events wait in their outboxes.</summary>
    [Range(1024 * 1024, long.MaxValue,
        ErrorMessage = "Messaging:Embedded:SizeBytesMax must be at least 1 MiB.")]
    public long SizeBytesMax { get; set; } = 32L * 1024 * 1024 * 1024;
}
