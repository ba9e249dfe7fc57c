using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Wire;

/// <summary>Bytes that are no event, dressed as one so that they can be parked and looked at.</summary>
internal static class Malformed
{
    /// <summary>The type that they are parked under. No handler can have it.</summary>
    public const string Type = "malformed";

    public static DecodedEvent From(WireMessage message, DateTimeOffset now, string reason)
    {
        var id = EventIds.OfContent(message.Body.Span);
        var envelope = new EventEnvelope
        {
            Id = id,
            Stream = message.Stream,
            Key = EventKey.FaultOf(message.Key) is null ? message.Key! : id.ToString("D"),
            Type = Type,
            Source = "/" + message.Stream,
            Time = now,
            Data = message.Body,
        };
        return new DecodedEvent(envelope, "Not a CloudEvent: " + reason);
    }
}
