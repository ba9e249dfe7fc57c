using System.ComponentModel.DataAnnotations;

namespace Tessera.Messaging;

/// <summary>How concurrent requests share transactions: section <c>Messaging:GroupCommit</c>.</summary>
public sealed class GroupCommitOptions
{
    public const string Section = "Messaging:GroupCommit";

    /// <summary>Most requests in one transaction. Default 128.</summary>
    [Range(1, 10_000)] public int RequestsMax { get; set; } = 128;

    /// <summary>Most requests of a kind that wait; a further one waits until there is room. Default 4,096.</summary>
    [Range(1, 1_000_000)] public int QueueMax { get; set; } = 4_096;
}
