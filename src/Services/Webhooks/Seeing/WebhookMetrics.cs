using System.Diagnostics.Metrics;

namespace Tessera.Webhooks;

/// <summary>What becomes of attempts, counted when it is stored.</summary>
internal static class WebhookMetrics
{
    private const string Taken = "delivered";
    private const string Retried = "retried";
    private const string GivenUp = "failed";

    private static readonly Meter Meter = new("Tessera.Webhooks");

    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "tessera.webhooks.attempts", "{attempt}", "Attempts to deliver a webhook, by what they came to.");

    private static readonly Histogram<double> Delay = Meter.CreateHistogram(
        "tessera.webhooks.delay", "s", "From the event, or its redelivery being asked for, to its delivery.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30, 300, 3_600, 86_400],
        });

    /// <summary>All that will be counted, as zero: a series that begins with its first attempt shows no rise.</summary>
    public static void Begin()
    {
        foreach (var outcome in new[] { Taken, Retried, GivenUp }) Attempts.Add(0, Outcome(outcome));
    }

    public static void Attempted(DeliveryAnswer answer, bool isOver)
    {
        Attempts.Add(1, Outcome(answer.IsTaken ? Taken : isOver ? GivenUp : Retried));
        if (answer.IsTaken) Delay.Record((answer.At + answer.Took - answer.Claim.QueuedAt).TotalSeconds);
    }

    private static KeyValuePair<string, object?> Outcome(string how) => new("tessera.webhook.outcome", how);
}
