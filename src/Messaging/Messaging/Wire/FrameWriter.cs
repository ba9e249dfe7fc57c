using System.Buffers;
using System.Text.Json;

namespace Tessera.Messaging.Wire;

/// <summary>Writes events as JSON, one after the other, into a buffer that the thread keeps for later.</summary>
internal sealed class FrameWriter : IDisposable
{
    private const int KeptBytesMax = 256 * 1024;

    // More than the names, the punctuation and the parts of known length take.
    private const int OtherBytesMax = 240;

    // Written as they are; what is not among them may take up to six bytes.
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 -._:;,/@=+~()");

    [ThreadStatic] private static FrameWriter? s_spare;

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

    private FrameWriter() => _json = new Utf8JsonWriter(_buffer, Options);

    /// <summary>An empty one, for this thread until it is disposed.</summary>
    public static FrameWriter Take()
    {
        var writer = s_spare ?? new FrameWriter();
        s_spare = null;
        return writer;
    }

    /// <summary>An upper bound of what the event adds to a frame, without writing it.</summary>
    public static int SizeBytesMax(EventEnvelope envelope) =>
        OtherBytesMax + envelope.Data.Length + SizeBytesMax(envelope.Key) + SizeBytesMax(envelope.Type)
        + SizeBytesMax(envelope.Source) + SizeBytesMax(envelope.TraceParent) + SizeBytesMax(envelope.TraceState);

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
        var body = GC.AllocateUninitializedArray<byte>(_buffer.WrittenCount);
        _buffer.WrittenSpan.CopyTo(body);
        return body;
    }

    public void Dispose()
    {
        _buffer.ResetWrittenCount();
        _json.Reset();
        _events = 0;
        if (_buffer.Capacity <= KeptBytesMax) s_spare = this;
    }

    private static int SizeBytesMax(string? text) =>
        text is null ? 0 : text.AsSpan().ContainsAnyExcept(Plain) ? 6 * text.Length : text.Length;

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
