using System.ComponentModel.DataAnnotations;

namespace Tessera.Ops;

/// <summary>Settings of the operators' console.</summary>
public sealed class OpsOptions
{
    public const string Section = "Ops";

    /// <summary>Where the console stands in the store's address.</summary>
    public const string Root = "/ops";

    /// <summary>The upper bound of <see cref="CollectEvery"/>.</summary>
    public static readonly TimeSpan CollectEveryMax = TimeSpan.FromSeconds(20);

    /// <summary>Where the gateway is for this process; its public address unless set.</summary>
    public string? Gateway { get; set; }

    /// <summary>How often a page that somebody looks at is asked for anew, to be shown when it has changed.</summary>
    [Range(
        typeof(TimeSpan), "00:00:00.2", "00:01:00",
        ErrorMessage = "Ops:LookEvery must lie between 0.2 s and 1 min.")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromMilliseconds(600);

    /// <summary>The file that says where each process tells its metrics, in the form of Prometheus's
    /// <c>file_sd_configs</c>; <c>run/targets.json</c> of the data folder unless set. Without it rates are not shown.
    /// </summary>
    public string? Targets { get; set; }

    /// <summary>Where a trace can be looked at, with <c>{trace}</c> in the place of its id, such as
    /// <c>http://127.0.0.1:18888/traces/detail/{trace}</c>; unset, pages show the id alone.</summary>
    [RegularExpression(
        @"https?://[^\s{}]+\{trace\}[^\s{}]*",
        ErrorMessage = "Ops:Traces must be an address with {{trace}} in the place of a trace's id.")]
    public string? Traces { get; set; }

    /// <summary>The folder by which the supervisor of a local store is asked to stop, freeze and kill services; set by
    /// <c>up --chaos</c>. Unset, there are no such pages.</summary>
    public string? Chaos { get; set; }

    /// <summary>How often the processes are asked for their metrics while somebody looks at the overview.</summary>
    [Range(
        typeof(TimeSpan), "00:00:00.5", "00:00:20",
        ErrorMessage = "Ops:CollectEvery must lie between 0.5 s and 20 s.")]
    public TimeSpan CollectEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many windows are told of changes at a time; others show what was when they were opened.</summary>
    [Range(1, 10_000, ErrorMessage = "Ops:WatchersMax must lie between 1 and 10,000.")]
    public int WatchersMax { get; set; } = 100;
}
