using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>How long handled events are remembered: section <c>Messaging:Inbox</c>.</summary>
public sealed class InboxOptions
{
    public const string Section = "Messaging:Inbox";

    /// <summary>How long an event's id stays known, so that a second copy is recognised. Must exceed the longest time
    /// in which the broker may deliver again. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often what is older is removed. Default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most rows removed by one statement. Default 1,000.</summary>
    [Range(1, 100_000)] public int TrimStep { get; set; } = 1_000;
}
