using System.Diagnostics;

namespace Tessera.Messaging.Telemetry;

/// <summary>Spans of the OpenTelemetry messaging conventions. Nothing is made while nobody listens.</summary>
internal static class MessagingTraces
{
    public const string Name = "Tessera.Messaging";

    private static readonly ActivitySource Source = new(Name);

    public static bool AreRecorded => Source.HasListeners();

    /// <summary>The publish, in the trace of the request that does it.</summary>
    public static Activity? StartPublish(string type, string stream)
    {
        if (!Source.HasListeners()) return null;
        var span = Source.StartActivity("create " + type, ActivityKind.Producer);
        return span?.SetTag("messaging.operation.name", "create")
            .SetTag("messaging.operation.type", "create")
            .SetTag("messaging.destination.name", stream)
            .SetTag("cloudevents.event_type", type);
    }

    /// <summary>One transaction over many messages, linked to the trace of each.</summary>
    public static Activity? StartBatch(string operation, string stream, IReadOnlyList<ActivityLink> links, int count) =>
        Source.StartActivity(ActivityKind.Consumer, default, null, links, default, $"{operation} {stream}")
            ?.SetTag("messaging.operation.name", operation)
            .SetTag("messaging.destination.name", stream)
            .SetTag("messaging.batch.message_count", count);

    /// <summary>One handled message: a child of what published it, linked to the batch it shares
    /// a transaction with.</summary>
    public static Activity? StartProcess(EventEnvelope envelope, ActivityContext batch)
    {
        if (!Source.HasListeners()) return null;
        ActivityContext.TryParse(envelope.TraceParent, envelope.TraceState, isRemote: true, out var parent);
        ActivityLink[] links = batch == default ? [] : [new ActivityLink(batch)];
        var span = Source.StartActivity("process " + envelope.Type, ActivityKind.Consumer, parent, links: links);
        return span?.SetTag("messaging.operation.name", "process")
            .SetTag("messaging.operation.type", "process")
            .SetTag("messaging.destination.name", envelope.Stream)
            .SetTag("messaging.message.id", envelope.Id.ToString("D"))
            .SetTag("cloudevents.event_type", envelope.Type)
            .SetTag("tessera.message.key", envelope.Key);
    }

    public static void Failed(this Activity? span, Exception failure) =>
        span?.SetStatus(ActivityStatusCode.Error, failure.Message).AddException(failure);
}
