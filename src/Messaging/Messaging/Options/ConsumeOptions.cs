using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>How received events are handled: section <c>Messaging:Consume</c>.</summary>
public sealed class ConsumeOptions
{
    public const string Section = "Messaging:Consume";

    /// <summary>Most events in one transaction, and broker messages in one delivery. Default 256.</summary>
    [Range(1, 10_000)] public int BatchSize { get; set; } = 256;

    /// <summary>How often a failing message is tried before it is parked. Default 3.</summary>
    [Range(1, 100)] public int Attempts { get; set; } = 3;

    /// <summary>The first wait before a retry; it doubles. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan RetryDelayMin { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait before a retry; also while the database is away, however long that takes.
    /// Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the failing messages of one delivery may hold up the healthy ones behind them: after that
    /// each is parked at its next failure, whatever attempts are left. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan HoldTimeMax { get; set; } = TimeSpan.FromSeconds(10);
}
