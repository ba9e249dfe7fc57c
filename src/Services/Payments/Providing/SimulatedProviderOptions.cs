using System.ComponentModel.DataAnnotations;

namespace Tessera.Payments;

internal sealed class SimulatedProviderOptions
{
    public const string Section = "Payments:Simulated";

    /// <summary>The file of the provider's own books. By default <c>provider.db</c> beside the service's database, and
    /// on PostgreSQL no file but tables there.</summary>
    public string? File { get; set; }

    /// <summary>The share of <c>tok_ok</c> captures that is declined, from 0 to 1; which ones,
    /// their keys decide.</summary>
    [Range(0.0, 1.0)]
    public double DeclineRate { get; set; }

    /// <summary>How long each call takes at least.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan Delay { get; set; }

    /// <summary>How long a capture with <c>tok_slow</c> takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan SlowDelay { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How often a capture with <c>tok_flaky</c> fails before it succeeds.</summary>
    [Range(0, 100)]
    public int FlakyFailures { get; set; } = 2;

    /// <summary>Whether a refund to <c>tok_refund_declined</c> is declined. When it no longer is, as if somebody had
    /// settled it with the bank, what waits is given back at the next try.</summary>
    public bool DeclineRefunds { get; set; } = true;

    /// <summary>Where the provider tells by itself what became of a charge, such as
    /// <c>http://127.0.0.1:8080/api/v1/payments/callbacks/simulated</c>. Unless set it waits to be asked. Its secret is
    /// made at the first start (<c>Payments:Callbacks:Folder</c>).</summary>
    [RegularExpression(@"^https?://\S+\z", ErrorMessage =
        "Payments:Simulated:CallbackUrl must be an address such as " +
        "http://127.0.0.1:8080/api/v1/payments/callbacks/simulated.")]
    public string? CallbackUrl { get; set; }
}
