using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Tessera.Gateway;

/// <summary>How long a client may take to say what it wants, and how many may be connected.</summary>
public sealed class EdgeOptions
{
    public const string Section = GatewayOptions.Section;

    /// <summary>From the first byte of a request until its headers are complete; then 408, and the connection
    /// ends.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00",
        ErrorMessage = "Gateway:RequestHeadersTimeout must lie between 1 s and 5 min.")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may say nothing between two requests.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00",
        ErrorMessage = "Gateway:KeepAliveTimeout must lie between 1 s and 1 h.")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Bytes a second of a body, after <see cref="BodyGrace"/>; who sends more slowly gets 408. 0 waits for
    /// ever.</summary>
    [Range(0, 1_000_000, ErrorMessage = "Gateway:BodyBytesPerSecondMin must lie between 0 and 1,000,000.")]
    public int BodyBytesPerSecondMin { get; set; } = 240;

    /// <summary>How long a body may come more slowly than that.</summary>
    [Range(typeof(TimeSpan), "00:00:01.500", "00:05:00",
        ErrorMessage = "Gateway:BodyGrace must lie between 1.5 s and 5 min.")]
    public TimeSpan BodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Connections at once; one more is closed at once.</summary>
    [Range(10, 1_000_000, ErrorMessage = "Gateway:ConnectionsMax must lie between 10 and 1,000,000.")]
    public int ConnectionsMax { get; set; } = 10_000;

    internal void Apply(KestrelServerLimits limits)
    {
        limits.RequestHeadersTimeout = RequestHeadersTimeout;
        limits.KeepAliveTimeout = KeepAliveTimeout;
        limits.MaxConcurrentConnections = ConnectionsMax;
        limits.MinRequestBodyDataRate =
            BodyBytesPerSecondMin == 0 ? null : new MinDataRate(BodyBytesPerSecondMin, BodyGrace);
    }
}
