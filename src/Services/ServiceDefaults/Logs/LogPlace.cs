using System.Diagnostics;

namespace Tessera.ServiceDefaults;

/// <summary>Where in the story of the whole a line belongs: its trace and, inside of a handler, the event that is being
/// handled. All of it stands in the current activity or one that it is part of.</summary>
internal readonly record struct LogPlace(
    ActivityTraceId? Trace, ActivitySpanId? Span, object? Event, object? Stream, object? Key)
{
    /// <summary>As the library sets them, by the OpenTelemetry messaging conventions.</summary>
    public const string EventTag = "messaging.message.id";

    public const string StreamTag = "messaging.destination.name";
    public const string KeyTag = "tessera.message.key";

    public static IReadOnlyList<string> Tags { get; } = [EventTag, StreamTag, KeyTag];

    public static LogPlace Current()
    {
        if (Activity.Current is not { } current) return default;
        for (var activity = current; activity is not null; activity = activity.Parent)
        {
            if (activity.GetTagItem(EventTag) is not { } id) continue;
            return new LogPlace(
                current.TraceId, current.SpanId, id, activity.GetTagItem(StreamTag),
                activity.GetTagItem(KeyTag));
        }
        return new LogPlace(current.TraceId, current.SpanId, null, null, null);
    }
}
