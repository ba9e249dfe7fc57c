using System.Text.Json;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Wire;

/// <summary>Reads structured mode and JSON batches. The data of each event is a slice of the message's body.</summary>
internal ref struct FrameReader
{
    private readonly WireMessage _message;
    private readonly DateTimeOffset _now;
    private Utf8JsonReader _json;

    // Neighbours mostly share source and type: comparing is cheaper than making the same string again.
    private string _lastSource = "";
    private string _lastType = "";

    private FrameReader(WireMessage message, DateTimeOffset now)
    {
        _message = message;
        _now = now;
        _json = new Utf8JsonReader(message.Body.Span);
    }

    public static void ReadBatch(WireMessage message, DateTimeOffset now, List<DecodedEvent> events)
    {
        var reader = new FrameReader(message, now);
        if (!reader._json.Read() || reader._json.TokenType != JsonTokenType.StartArray)
            throw new FormatException("a batch is a JSON array.");
        while (reader._json.Read() && reader._json.TokenType != JsonTokenType.EndArray)
            events.Add(new DecodedEvent(reader.ReadEvent(), null));
        reader.ExpectEnd();
    }

    public static void ReadSingle(WireMessage message, DateTimeOffset now, List<DecodedEvent> events)
    {
        var reader = new FrameReader(message, now);
        if (!reader._json.Read()) throw new FormatException("the body is empty.");
        events.Add(new DecodedEvent(reader.ReadEvent(), null));
        reader.ExpectEnd();
    }

    private EventEnvelope ReadEvent()
    {
        if (_json.TokenType != JsonTokenType.StartObject) throw new FormatException("an event is a JSON object.");
        string? version = null, idText = null, source = null, type = null, key = null, subject = null;
        string? traceParent = null, traceState = null;
        var (id, idAt) = (Guid.Empty, 0);
        var time = _now;
        ReadOnlyMemory<byte> data = "null"u8.ToArray();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            if (_json.ValueTextEquals("specversion"u8)) version = Shared("1.0", "specversion");
            else if (_json.ValueTextEquals("id"u8)) (id, idText, idAt) = ReadId();
            else if (_json.ValueTextEquals("source"u8)) source = Shared(_lastSource, "source");
            else if (_json.ValueTextEquals("type"u8)) type = Shared(_lastType, "type");
            else if (_json.ValueTextEquals("time"u8)) time = ReadTime();
            else if (_json.ValueTextEquals("partitionkey"u8)) key = Text("partitionkey");
            else if (_json.ValueTextEquals("subject"u8)) subject = Text("subject");
            else if (_json.ValueTextEquals("traceparent"u8)) traceParent = Text("traceparent");
            else if (_json.ValueTextEquals("tracestate"u8)) traceState = Text("tracestate");
            else if (_json.ValueTextEquals("data"u8)) data = ReadData();
            else if (_json.ValueTextEquals("data_base64"u8)) data = ReadBase64();
            else SkipValue();
        }
        CloudEvent.Check(version, id == Guid.Empty ? idText : "uuid", source, type);
        (_lastSource, _lastType) = (source!, type!);
        if (!EventIds.IsOwn(_message.Stream, source!) && idText is null) idText = TextAt(idAt);
        return CloudEvent.Storable(new EventEnvelope
        {
            Id = idText is null ? id : EventIds.From(_message.Stream, source!, idText),
            Stream = _message.Stream,
            Key = key is { Length: > 0 } ? key : CloudEvent.KeyOf(_message.Key, subject, idText ?? id.ToString("D")),
            Type = type!,
            Source = source!,
            Time = time,
            TraceParent = traceParent,
            TraceState = traceState,
            Data = data,
        });
    }

    /// <summary>Our own ids are UUIDs and cost no string; the text of another is read again when needed.</summary>
    private (Guid Id, string? Text, int At) ReadId()
    {
        if (!ReadString("id")) return (Guid.Empty, null, 0);
        var at = (int)_json.TokenStartIndex;
        return _json.TryGetGuid(out var id) && id != Guid.Empty ? (id, null, at) : (Guid.Empty, _json.GetString(), at);
    }

    private readonly string TextAt(int start)
    {
        var json = new Utf8JsonReader(_message.Body.Span[start..], isFinalBlock: false, default);
        json.Read();
        return json.GetString()!;
    }

    private DateTimeOffset ReadTime()
    {
        if (!ReadString("time")) return _now;
        return _json.TryGetDateTimeOffset(out var time) ? time : Timestamps.Parse(_json.GetString()!);
    }

    private string? Text(string attribute) => ReadString(attribute) ? _json.GetString() : null;

    private string? Shared(string last, string attribute)
    {
        if (!ReadString(attribute)) return null;
        return _json.ValueTextEquals(last) ? last : _json.GetString();
    }

    /// <summary>False for JSON null, which is as good as the attribute's absence.</summary>
    private bool ReadString(string attribute)
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null) return false;
        return _json.TokenType == JsonTokenType.String
            ? true
            : throw new FormatException($"the attribute '{attribute}' is no JSON string.");
    }

    private ReadOnlyMemory<byte> ReadData()
    {
        _json.Read();
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        return _message.Body[start..(int)_json.BytesConsumed];
    }

    private byte[] ReadBase64() =>
        ReadString("data_base64") && _json.TryGetBytesFromBase64(out var bytes)
            ? bytes
            : throw new FormatException("'data_base64' is no Base64.");

    private void SkipValue()
    {
        _json.Read();
        _json.Skip();
    }

    private void ExpectEnd()
    {
        if (_json.Read()) throw new FormatException("something stands behind the last event.");
    }
}
