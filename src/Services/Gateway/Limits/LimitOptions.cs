using System.ComponentModel.DataAnnotations;

namespace Tessera.Gateway;

/// <summary>How requests are counted, and how many are under way at once.</summary>
public sealed class LimitOptions
{
    public const string Section = "Gateway:Limits";

    /// <summary>Where several gateways count together, such as <c>127.0.0.1:6379</c>. Each counts by itself
    /// unless set.</summary>
    public string? Redis { get; set; }

    /// <summary>How long a count may take until the gateway counts by itself.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:05",
        ErrorMessage = "Gateway:Limits:RedisTimeout must lie between 10 ms and 5 s.")]
    public TimeSpan RedisTimeout { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Requests to one service that are under way at once. Answers that stay open are not counted.</summary>
    [Range(1, 100_000, ErrorMessage = "Gateway:Limits:ConcurrentMax must lie between 1 and 100,000.")]
    public int ConcurrentMax { get; set; } = 128;

    /// <summary>Requests that wait for a place among them; one more is answered with 503 at once.</summary>
    [Range(0, 100_000, ErrorMessage = "Gateway:Limits:QueueMax must lie between 0 and 100,000.")]
    public int QueueMax { get; set; } = 64;

    /// <summary>How long a request waits there; then 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:00:30",
        ErrorMessage = "Gateway:Limits:QueueWaitMax must lie between 10 ms and 30 s.")]
    public TimeSpan QueueWaitMax { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Requests of one client that are under way at once: one who sends slowly must not take all places.
    /// </summary>
    [Range(1, 100_000, ErrorMessage = "Gateway:Limits:PerClientMax must lie between 1 and 100,000.")]
    public int PerClientMax { get; set; } = 64;
}
