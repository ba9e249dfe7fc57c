using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Wire;

/// <summary>CloudEvents 1.0 on any broker: binary mode for one event, a JSON batch for several.</summary>
/// <remarks>Reads binary and structured mode and JSON batches, its own and foreign ones.</remarks>
public static class WireFormat
{
    /// <summary>Content type of one event in binary mode.</summary>
    public const string Json = "application/json";

    /// <summary>Content type of one event in structured mode.</summary>
    public const string Structured = "application/cloudevents+json";

    /// <summary>Content type of a frame: several events in a JSON array.</summary>
    public const string Batch = "application/cloudevents-batch+json";

    /// <summary>One event, binary mode: attributes beside the body.</summary>
    public static WireMessage Encode(EventEnvelope envelope, int partition)
    {
        var id = envelope.Id.ToString("D");
        var attributes = new List<KeyValuePair<string, string>>(8)
        {
            new("specversion", "1.0"),
            new("id", id),
            new("source", envelope.Source),
            new("type", envelope.Type),
            new("time", Timestamps.Format(envelope.Time)),
            new("partitionkey", envelope.Key),
        };
        if (envelope.TraceParent is not null) attributes.Add(new("traceparent", envelope.TraceParent));
        if (envelope.TraceState is not null) attributes.Add(new("tracestate", envelope.TraceState));
        return new WireMessage(envelope.Stream, partition, envelope.Key, id, Json, attributes, envelope.Data);
    }

    /// <summary>One event, structured mode: a JSON object with its attributes and <c>data</c>.</summary>
    public static WireMessage EncodeStructured(EventEnvelope envelope, int partition)
    {
        using var writer = FrameWriter.Take();
        writer.WriteSingle(envelope);
        return new WireMessage(
            envelope.Stream, partition, envelope.Key, envelope.Id.ToString("D"), Structured, [], writer.TakeBody());
    }

    /// <summary>Several events of one partition in one message.</summary>
    public static WireMessage EncodeFrame(IReadOnlyList<EventEnvelope> events, int partition)
    {
        ArgumentOutOfRangeException.ThrowIfZero(events.Count);
        using var writer = FrameWriter.Take();
        foreach (var envelope in events) writer.Add(envelope);
        return new WireMessage(
            events[0].Stream, partition, null, events[0].Id.ToString("D"), Batch, [], writer.TakeFrame());
    }

    /// <summary>Adds the events of a received message to <paramref name="events"/>, in order. What cannot be read
    /// becomes a <see cref="DecodedEvent"/> with a reason, so that it can be parked and blocks nothing.</summary>
    /// <param name="now">Stands in for a missing <c>time</c>.</param>
    public static void Decode(WireMessage message, DateTimeOffset now, List<DecodedEvent> events)
    {
        var before = events.Count;
        try
        {
            var kind = KindOf(message.ContentType);
            if (kind == Batch) FrameReader.ReadBatch(message, now, events);
            else if (kind == Structured) FrameReader.ReadSingle(message, now, events);
            else events.Add(new DecodedEvent(BinaryMode.Read(message, now), null));
        }
        catch (Exception failure) when (
            failure is FormatException or System.Text.Json.JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the JSON reader throws for text that is not UTF-8.
            // Nothing of a message that is broken in the middle is handled: what stands behind the break is not known.
            events.RemoveRange(before, events.Count - before);
            events.Add(Malformed.From(message, now, failure.Message));
        }
    }

    private static string KindOf(string contentType)
    {
        if (contentType.StartsWith(Batch, StringComparison.OrdinalIgnoreCase)) return Batch;
        return contentType.StartsWith(Structured, StringComparison.OrdinalIgnoreCase) ? Structured : Json;
    }
}

/// <summary>One received event; or, with a <paramref name="Malformed"/> reason, the bytes that are none.</summary>
public readonly record struct DecodedEvent(EventEnvelope Event, string? Malformed);
