using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>What all of a service's messaging shares: section <c>Messaging</c>.</summary>
public sealed class MessagingOptions
{
    public const string Section = "Messaging";

    /// <summary>Partitions of every stream, and shards of the outbox. Fixed when a stream is created; the same for all
    /// services of a system. Default: as registered, else 4.</summary>
    [Range(1, 256)] public int? Partitions { get; set; }

    /// <summary>The largest JSON body of one event, in bytes. A larger one fails where it is published. Default: as
    /// registered, else 1 MiB.</summary>
    [Range(1, 64 * 1024 * 1024)] public int? PayloadSizeBytesMax { get; set; }

    /// <summary>Subscribers of this service's stream that are known at deployment, so that a broker that keeps queues
    /// keeps events for one that has not started yet. Default none.</summary>
    public IList<string> Subscribers { get; } = [];

    /// <summary>What becomes of events whose type the service lists neither with a handler nor with
    /// <see cref="MessagingBuilder.Ignores{TEvent}"/>. Default <see cref="UnknownEvents.Count"/>.</summary>
    [EnumDataType(typeof(UnknownEvents), ErrorMessage = "Expected count or park.")]
    public UnknownEvents Unknown { get; set; } = UnknownEvents.Count;

    /// <summary>How long a lease on an outbox shard, or on timers, replay and retention, holds without renewal.
    /// It is renewed three times in that time. After a process died, another one goes on at most this much later.
    /// Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "00:05:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The first wait before the start is tried again while the broker or the database is away; it doubles.
    /// Default 200 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan StartDelayMin { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest such wait. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan StartDelayMax { get; set; } = TimeSpan.FromSeconds(5);
}
