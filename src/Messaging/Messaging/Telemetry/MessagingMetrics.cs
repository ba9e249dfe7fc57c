using System.Diagnostics;
using System.Diagnostics.Metrics;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Telemetry;

/// <summary>Instruments by the OpenTelemetry conventions for messaging, version 1.44.0, and our own
/// under <c>tessera.messaging</c>.</summary>
internal static class MessagingMetrics
{
    private static readonly Meter Meter = new(MessagingTraces.Name);

    /// <summary>In seconds. Without this the SDK takes milliseconds for granted.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly Counter<long> SentMessages = Meter.CreateCounter<long>(
        "messaging.client.sent.messages", "{message}",
        "Broker messages that were offered to the broker; those that it did not take have error.type.");

    private static readonly Histogram<double> Operation = Meter.CreateHistogram<double>(
        "messaging.client.operation.duration", "s", "How long the broker took to confirm a send, or to fail it.",
        tags: null, Seconds);

    private static readonly Counter<long> ConsumedMessages = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Events received, duplicates included.");

    private static readonly Histogram<double> Process = Meter.CreateHistogram<double>(
        "messaging.process.duration", "s", "How long a batch took from receipt to commit.",
        tags: null, Seconds);

    private static readonly Counter<long> DuplicateEvents = Meter.CreateCounter<long>(
        "tessera.messaging.inbox.duplicates", "{event}", "Events that the inbox knew already.");

    private static readonly Counter<long> UnknownEvents = Meter.CreateCounter<long>(
        "tessera.messaging.unhandled", "{event}", "Events of types that the service has no handler for.");

    private static readonly Counter<long> ParkedEvents = Meter.CreateCounter<long>(
        "tessera.messaging.parked", "{event}", "Events that were parked, followers included.");

    private static readonly Histogram<int> BatchSize = Meter.CreateHistogram<int>(
        "tessera.messaging.batch.size", "{event}", "Events per committed transaction.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] });

    public static Meter Own => Meter;

    public static void Sent(string system, IReadOnlyList<WireMessage> messages, SendResult result, TimeSpan took)
    {
        if (!SentMessages.Enabled && !Operation.Enabled) return;
        var tags = Send(system, messages);
        Operation.Record(took.TotalSeconds, tags);
        if (result.Failures.Count < messages.Count) SentMessages.Add(messages.Count - result.Failures.Count, tags);
        foreach (var failure in result.Failures) SentMessages.Add(1, Failed(tags, OutcomeName(failure.Outcome)));
    }

    /// <summary>The broker said nothing of any of them.</summary>
    public static void NotSent(string system, IReadOnlyList<WireMessage> messages, Exception failure, TimeSpan took)
    {
        if (!SentMessages.Enabled && !Operation.Enabled) return;
        var tags = Failed(Send(system, messages), failure.GetType().FullName!);
        Operation.Record(took.TotalSeconds, tags);
        SentMessages.Add(messages.Count, tags);
    }

    public static void Consumed(string system, string stream, string subscriber, int count)
    {
        if (ConsumedMessages.Enabled) ConsumedMessages.Add(count, Read("receive", system, stream, subscriber));
    }

    public static void Committed(string system, string stream, string subscriber, int handled, TimeSpan took)
    {
        BatchSize.Record(handled, Destination(stream));
        if (Process.Enabled) Process.Record(took.TotalSeconds, Read("process", system, stream, subscriber));
    }

    public static void Duplicates(string stream, int count)
    {
        if (count > 0) DuplicateEvents.Add(count, Destination(stream));
    }

    /// <param name="type">One of a bounded number.</param>
    public static void Unlisted(string stream, string type) =>
        UnknownEvents.Add(1, Destination(stream), new("cloudevents.event_type", type));

    public static void Parked(string stream, int count)
    {
        if (count > 0) ParkedEvents.Add(count, Destination(stream));
    }

    private static TagList Send(string system, IReadOnlyList<WireMessage> messages) => new()
    {
        { "messaging.system", system },
        { "messaging.operation.name", "send" },
        { "messaging.destination.name", messages[0].Stream },
    };

    private static TagList Failed(TagList tags, string error)
    {
        tags.Add("error.type", error);
        return tags;
    }

    private static string OutcomeName(SendOutcome outcome) => outcome is SendOutcome.Refused ? "refused" : "unknown";

    private static TagList Read(string operation, string system, string stream, string subscriber) => new()
    {
        { "messaging.operation.name", operation },
        { "messaging.system", system },
        { "messaging.destination.name", stream },
        { "messaging.consumer.group.name", subscriber },
    };

    private static KeyValuePair<string, object?> Destination(string stream) =>
        new("messaging.destination.name", stream);
}
