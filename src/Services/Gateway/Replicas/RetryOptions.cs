using System.ComponentModel.DataAnnotations;

namespace Tessera.Gateway;

/// <summary>How much the gateway may ask a second time.</summary>
public sealed class RetryOptions
{
    public const string Section = "Gateway:Retries";

    /// <summary>How often one request is tried again.</summary>
    [Range(0, 5, ErrorMessage = "Gateway:Retries:PerRequestMax must lie between 0 and 5.")]
    public int PerRequestMax { get; set; } = 2;

    /// <summary>How many retries a service gets for its requests of the last ten seconds, percent: when all of it is
    /// ill, retries must not double its work.</summary>
    [Range(0, 100, ErrorMessage = "Gateway:Retries:BudgetPercent must lie between 0 and 100.")]
    public int BudgetPercent { get; set; } = 20;

    /// <summary>Retries a second that a service gets in any case.</summary>
    [Range(0, 10_000, ErrorMessage = "Gateway:Retries:PerSecondMin must lie between 0 and 10,000.")]
    public int PerSecondMin { get; set; } = 10;

    /// <summary>The largest body that is kept so that it can be sent again, bytes.</summary>
    [Range(0, 1024 * 1024, ErrorMessage = "Gateway:Retries:BodySizeBytesMax must lie between 0 and 1 MiB.")]
    public int BodySizeBytesMax { get; set; } = 64 * 1024;
}
