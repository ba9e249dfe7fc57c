using System.ComponentModel.DataAnnotations;

namespace Tessera.Payments;

internal sealed class CallbackOptions
{
    public const string Section = "Payments:Callbacks";

    /// <summary>The folder with the secrets that providers sign with: <c>NAME.secrets</c> for each, one secret a line
    /// (<c>whsec_…</c>), all of which are good. By default <c>keys/payment-callbacks</c> of the data
    /// folder.</summary>
    public string? Folder { get; set; }

    /// <summary>So far a callback's time may be from ours; what is older is refused, however good its signature.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan ReplayWindow { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long after a callback the provider is asked, unless its answer is stored before: it is mostly on
    /// its way.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan AskAfter { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the ids of callbacks are kept, by which one that comes twice is known.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(30);
}
