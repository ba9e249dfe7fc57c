using System.Diagnostics;

namespace Tessera.Messaging.Telemetry;

/// <summary>Spans by the OpenTelemetry conventions for messaging, version 1.44.0. Nothing is made while nobody listens.
/// </summary>
internal static class MessagingTraces
{
    public const string Name = "Tessera.Messaging";

    /// <summary>The SDK keeps no more of a span.</summary>
    private const int LinksMax = 128;

    private static readonly ActivitySource Source = new(Name);

    public static bool AreRecorded => Source.HasListeners();

    /// <summary>The publish, in the trace of the request that does it.</summary>
    public static Activity? StartPublish(string system, string type, string stream)
    {
        if (!Source.HasListeners()) return null;
        return Source.StartActivity("create " + stream, ActivityKind.Producer)
            .Is("create", system, stream)?.SetTag("cloudevents.event_type", type);
    }

    /// <summary>What the relay hands to the broker together, linked to each event's publish.</summary>
    public static Activity? StartSend(string system, string stream, IEnumerable<EventEnvelope> events, int count) =>
        StartBatch("send", system, stream, events, count);

    /// <summary>One transaction over many messages, linked to the trace of each.</summary>
    public static Activity? StartReceive(
        string system, string stream, string subscriber, IEnumerable<EventEnvelope> events, int count) =>
        StartBatch("receive", system, stream, events, count)?.SetTag("messaging.consumer.group.name", subscriber);

    /// <summary>One handled message: a child of what published it, linked to the batch it shares
    /// a transaction with.</summary>
    public static Activity? StartProcess(
        string system, string subscriber, EventEnvelope envelope, ActivityContext batch)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(envelope.TraceParent, envelope.TraceState, isRemote: true, out var parent);
        ActivityLink[] links = batch == default ? [] : [new ActivityLink(batch)];
        // What came without a context begins a trace of its own: as a part of the batch's, which nobody may keep, it
        // would not be there, and the log lines of its handler would not say what they are about.
        if (parent == default) Activity.Current = null;
        return Source.StartActivity("process " + envelope.Stream, ActivityKind.Consumer, parent, links: links)
            .Is("process", system, envelope.Stream)
            ?.SetTag("messaging.consumer.group.name", subscriber)
            .SetTag("messaging.message.id", envelope.Id.ToString("D"))
            .SetTag("cloudevents.event_type", envelope.Type)
            .SetTag("tessera.message.key", envelope.Key);
    }

    /// <summary>The commit: from here on the messages are handled, whatever becomes of the broker's own
    /// acknowledgement, which only lets it forget them.</summary>
    /// <param name="handling">The batch, or the one message.</param>
    public static Activity? StartSettle(
        string system, string stream, string subscriber, ActivityContext handling, int count)
    {
        if (handling == default) return null;
        return Source.StartActivity("settle " + stream, ActivityKind.Client, handling)
            .Is("settle", system, stream)
            ?.SetTag("messaging.consumer.group.name", subscriber)
            .SetTag("messaging.batch.message_count", count);
    }

    public static void Failed(this Activity? span, Exception failure) =>
        span?.SetTag("error.type", failure.GetType().FullName)
            .SetStatus(ActivityStatusCode.Error, failure.Message).AddException(failure);

    /// <summary>In a trace of its own: it belongs to many.</summary>
    private static Activity? StartBatch(
        string operation, string system, string stream, IEnumerable<EventEnvelope> events, int count)
    {
        if (!Source.HasListeners()) return null;
        var span = Source.StartActivity($"{operation} {stream}", ActivityKind.Client, default(ActivityContext))
            .Is(operation, system, stream)?.SetTag("messaging.batch.message_count", count);
        if (span is not { IsAllDataRequested: true }) return span; // Nobody keeps the links.
        foreach (var known in events.Take(LinksMax))
        {
            if (ActivityContext.TryParse(known.TraceParent, known.TraceState, isRemote: true, out var context))
                span.AddLink(new ActivityLink(context));
        }
        return span;
    }

    /// <summary>What every span of messaging says.</summary>
    private static Activity? Is(this Activity? span, string operation, string system, string stream) => span
        ?.SetTag("messaging.operation.name", operation)
        .SetTag("messaging.operation.type", operation)
        .SetTag("messaging.system", system)
        .SetTag("messaging.destination.name", stream);
}
