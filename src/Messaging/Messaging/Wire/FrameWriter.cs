using System.Buffers;
using System.Text.Json;

namespace Tessera.Messaging.Wire;

/// <summary>Writes events as JSON, one after the other, into one growing buffer.</summary>
internal sealed class FrameWriter : IDisposable
{
    private static readonly JsonWriterOptions Options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private static readonly JsonEncodedText SpecVersion = JsonEncodedText.Encode("specversion");
    private static readonly JsonEncodedText Id = JsonEncodedText.Encode("id");
    private static readonly JsonEncodedText Source = JsonEncodedText.Encode("source");
    private static readonly JsonEncodedText Type = JsonEncodedText.Encode("type");
    private static readonly JsonEncodedText Time = JsonEncodedText.Encode("time");
    private static readonly JsonEncodedText Key = JsonEncodedText.Encode("partitionkey");
    private static readonly JsonEncodedText TraceParent = JsonEncodedText.Encode("traceparent");
    private static readonly JsonEncodedText TraceState = JsonEncodedText.Encode("tracestate");
    private static readonly JsonEncodedText ContentType = JsonEncodedText.Encode("datacontenttype");
    private static readonly JsonEncodedText ContentTypeJson = JsonEncodedText.Encode(WireFormat.Json);
    private static readonly JsonEncodedText Version = JsonEncodedText.Encode("1.0");
    private static readonly JsonEncodedText Data = JsonEncodedText.Encode("data");

    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _json;
    private int _events;

    public FrameWriter() => _json = new Utf8JsonWriter(_buffer, Options);

    /// <summary>An upper bound of what the event adds to a frame, without writing it.</summary>
    public static int SizeBytesMax(EventEnvelope envelope) =>
        300 + envelope.Data.Length + (6 * (envelope.Key.Length + envelope.Type.Length + envelope.Source.Length))
        + (6 * ((envelope.TraceParent?.Length ?? 0) + (envelope.TraceState?.Length ?? 0)));

    public void Add(EventEnvelope envelope)
    {
        if (_events++ == 0) _json.WriteStartArray();
        Write(envelope);
    }

    public void WriteSingle(EventEnvelope envelope) => Write(envelope);

    public byte[] TakeFrame()
    {
        _json.WriteEndArray();
        return TakeBody();
    }

    public byte[] TakeBody()
    {
        _json.Flush();
        return _buffer.WrittenSpan.ToArray();
    }

    public void Dispose() => _json.Dispose();

    private void Write(EventEnvelope envelope)
    {
        _json.WriteStartObject();
        _json.WriteString(SpecVersion, Version);
        _json.WriteString(Id, envelope.Id);
        _json.WriteString(Source, envelope.Source);
        _json.WriteString(Type, envelope.Type);
        _json.WriteString(Time, envelope.Time.UtcDateTime);
        _json.WriteString(Key, envelope.Key);
        if (envelope.TraceParent is not null) _json.WriteString(TraceParent, envelope.TraceParent);
        if (envelope.TraceState is not null) _json.WriteString(TraceState, envelope.TraceState);
        _json.WriteString(ContentType, ContentTypeJson);
        _json.WritePropertyName(Data);
        _json.WriteRawValue(envelope.Data.Span, skipInputValidation: true);
        _json.WriteEndObject();
    }
}
