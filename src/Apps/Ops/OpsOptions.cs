using System.ComponentModel.DataAnnotations;

namespace Tessera.Ops;

/// <summary>Settings of the operators' console.</summary>
public sealed class OpsOptions
{
    public const string Section = "Ops";

    /// <summary>Where the console stands in the store's address.</summary>
    public const string Root = "/ops";

    /// <summary>Where the gateway is for this process; its public address unless set.</summary>
    public string? Gateway { get; set; }

    /// <summary>How often a page that somebody looks at is asked for anew, to be shown when it has changed.</summary>
    [Range(
        typeof(TimeSpan), "00:00:00.2", "00:01:00",
        ErrorMessage = "Ops:LookEvery must lie between 0.2 s and 1 min.")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How many windows are told of changes at a time; others show what was when they were opened.</summary>
    [Range(1, 10_000, ErrorMessage = "Ops:WatchersMax must lie between 1 and 10,000.")]
    public int WatchersMax { get; set; } = 100;
}
