using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Wire;

/// <summary>Reads one event whose attributes stand beside the body.</summary>
internal static class BinaryMode
{
    public static EventEnvelope Read(WireMessage message, DateTimeOffset now)
    {
        string? version = null, id = null, source = null, type = null, time = null, key = null, subject = null;
        string? traceParent = null, traceState = null;
        foreach (var (name, value) in message.Attributes)
        {
            switch (name)
            {
                case "specversion": version = value; break;
                case "id": id = value; break;
                case "source": source = value; break;
                case "type": type = value; break;
                case "time": time = value; break;
                case "partitionkey": key = value; break;
                case "subject": subject = value; break;
                case "traceparent": traceParent = value; break;
                case "tracestate": traceState = value; break;
                default: break; // Extensions that we do not know are none of our business.
            }
        }
        CloudEvent.Check(version, id, source, type);
        return CloudEvent.Storable(new EventEnvelope
        {
            Id = EventIds.From(message.Stream, source!, id!),
            Stream = message.Stream,
            Key = CloudEvent.KeyOf(key ?? message.Key, subject, id!),
            Type = type!,
            Source = source!,
            Time = time is null ? now : Timestamps.Parse(time),
            TraceParent = traceParent,
            TraceState = traceState,
            Data = message.Body,
        });
    }
}
