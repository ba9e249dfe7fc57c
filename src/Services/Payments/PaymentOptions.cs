using System.ComponentModel.DataAnnotations;

namespace Tessera.Payments;

internal sealed class PaymentOptions
{
    public const string Section = "Payments";

    /// <summary>Calls to the provider that run at once in this process.</summary>
    [Range(1, 1_000)]
    public int ProviderCallsMax { get; set; } = 32;

    /// <summary>How long one call may take before its outcome counts as unknown.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00")]
    public TimeSpan ProviderTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a payment is left to the worker that took it. When the worker dies, another takes the payment
    /// after this. Must be at least twice <see cref="ProviderTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan ClaimTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The wait before the provider is asked again; doubled each time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromMilliseconds(200);

    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the worker looks for what others left due; it knows when its own payments are.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
