using System.ComponentModel.DataAnnotations;
using Tessera.Webhooks.Contracts;

namespace Tessera.Webhooks;

internal sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Whether endpoints may be on this machine or in a private network, and reached without TLS: for a demo
    /// on one machine. Elsewhere whoever registers an endpoint could look into the shop's own network.</summary>
    public bool AllowPrivate { get; set; }

    /// <summary>The one address inside that events may be sent to all the same: that of the shop's own service for
    /// mails, which alone may register it. Everybody else's endpoints stay outside.</summary>
    [RegularExpression("^http://[^/?#@]+/[^?#]*$", ErrorMessage = "{0} must be an http:// address with a path.")]
    public string? OwnEndpoint { get; set; }

    /// <summary>How many endpoints one owner may register.</summary>
    [Range(1, 1_000)]
    public int EndpointsPerOwnerMax { get; set; } = 50;

    /// <summary>Deliveries that this process has under way at once.</summary>
    [Range(1, 10_000)]
    public int DeliveriesMax { get; set; } = 512;

    /// <summary>How many of them may go to one endpoint. To one that failed or was slow the last time, one goes.
    /// </summary>
    [Range(1, 100)]
    public int DeliveriesPerEndpointMax { get; set; } = 8;

    /// <summary>How long an endpoint may take to answer, from the search for its address to the last byte that is read.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>An endpoint that takes longer than this is slow.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a delivery is left to the worker that took it. When the worker dies, another takes it after
    /// this. Must be at least twice <see cref="AnswerTimeout"/>.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:30:00")]
    public TimeSpan ClaimTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The wait before the second attempt; each further one is four times as long. Waits are shortened by up
    /// to a quarter at random.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>No wait is longer, unless the endpoint asks for it (<c>Retry-After</c>, up to a day).</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "1.00:00:00")]
    public TimeSpan RetryDelayMax { get; set; } = TimeSpan.FromHours(8);

    /// <summary>How long after its first attempt a delivery is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>An endpoint that has taken nothing for as long is disabled.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan DisableAfter { get; set; } = TimeSpan.FromDays(3);

    /// <summary>The e-mail address that is told of an endpoint that was disabled. Unless set, the endpoint's own
    /// contact alone is told, if it has one.</summary>
    [RegularExpression(EndpointLimits.ContactForm, ErrorMessage =
        "Webhooks:OperatorEmail must be an e-mail address such as shop@example.org.")]
    public string? OperatorEmail { get; set; }

    /// <summary>How long the old secret signs too after a new one was asked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long deliveries are kept after their end.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan KeptFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How often the worker looks for what others left due; it knows when its own deliveries are.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
