namespace Tessera.Ops.Seeing;

/// <summary>What a process has counted since its start, as far as the overview shows it.</summary>
internal sealed class ProcessCounters
{
    private const string Requests = "http_server_request_duration_seconds";
    private const string Sent = "messaging_client_sent_messages_total";
    private const string Consumed = "messaging_client_consumed_messages_total";
    private const string Process = "messaging_process_duration_seconds_bucket";
    private const string Parked = "tessera_messaging_parked_total";
    private const string Stream = "messaging_destination_name";

    private static readonly HashSet<string> names =
        [Requests + "_count", Requests + "_bucket", Sent, Consumed, Process, Parked];

    public Tally Answered { get; } = new();

    public Tally Published { get; } = new();

    /// <summary>What it reads, by the stream.</summary>
    public Dictionary<string, Tally> Reads { get; } = new(StringComparer.Ordinal);

    public static ProcessCounters Read(string metrics)
    {
        var counters = new ProcessCounters();
        foreach (var sample in MetricsText.Read(metrics, names)) counters.Add(sample);
        return counters;
    }

    private void Add(Sample sample)
    {
        switch (sample.Name)
        {
            case Requests + "_count" when !StaysOpen(sample):
                Answered.AddCount(sample.Value);
                if (sample["http_response_status_code"].StartsWith('5')) Answered.AddFailed(sample.Value);
                break;
            case Requests + "_bucket" when !StaysOpen(sample) && Bound(sample) is { } bound:
                Answered.AddWithin(bound, sample.Value);
                break;
            case Sent:
                Published.AddCount(sample.Value);
                break;
            case Consumed:
                ReadOf(sample).AddCount(sample.Value);
                break;
            case Parked:
                ReadOf(sample).AddFailed(sample.Value);
                break;
            case Process when Bound(sample) is { } bound:
                ReadOf(sample).AddWithin(bound, sample.Value);
                break;
        }
    }

    /// <summary>Whoever follows something leaves the request open, as the gateway does to hear of a stop: how long says
    /// nothing of the service.</summary>
    private static bool StaysOpen(Sample sample) =>
        sample["http_route"] is var route
        && (route.EndsWith("/events", StringComparison.Ordinal)
            || route.EndsWith("/changes", StringComparison.Ordinal)
            || route.EndsWith("/stopping", StringComparison.Ordinal));

    private static double? Bound(Sample sample) =>
        MetricsText.TryNumber(sample["le"], out var bound) ? bound : null;

    private Tally ReadOf(Sample sample)
    {
        if (!Reads.TryGetValue(sample[Stream], out var tally)) Reads[sample[Stream]] = tally = new Tally();
        return tally;
    }
}
