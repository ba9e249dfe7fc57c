using System.ComponentModel.DataAnnotations;

namespace Tessera.ServiceDefaults;

/// <summary>How a process ends that was told to stop: unready first, then without new requests, then gone.</summary>
public sealed class StopOptions
{
    public const string Section = "Stop";

    /// <summary>How long it goes on taking requests while it says that it is not ready. Gateways are told and confirm,
    /// so it need not wait for them. A balancer that only asks now and then needs longer than its interval times the
    /// failures that it takes.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00", ErrorMessage = "Stop:UnreadyFor must lie between 0 s and 5 min.")]
    public TimeSpan UnreadyFor { get; set; }

    /// <summary>How long the gateways get to confirm that they send nothing more.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00",
        ErrorMessage = "Stop:ConfirmTimeout must lie between 100 ms and 1 min.")]
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long what is under way may take then; what has not ended is cut off.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00", ErrorMessage = "Stop:Timeout must lie between 1 s and 10 min.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    internal TimeSpan Whole => UnreadyFor + ConfirmTimeout + Timeout;
}
