using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>How due timers are handled: section <c>Messaging:Timers</c>.</summary>
public sealed class TimersOptions
{
    public const string Section = "Messaging:Timers";

    /// <summary>Most timers in one transaction. Default 100.</summary>
    [Range(1, 10_000)] public int BatchSize { get; set; } = 100;

    /// <summary>How often the next due time is looked up although nothing was scheduled in this process. Also how late
    /// a timer may be that another process scheduled. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:10:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(500);
}
