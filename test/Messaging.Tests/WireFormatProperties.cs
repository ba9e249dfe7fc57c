using System.Text;
using System.Text.Json;
using CsCheck;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

public sealed class WireFormatProperties
{
    private static readonly string[] ContentTypes =
        [WireFormat.Json, WireFormat.Structured, WireFormat.Batch, "", "text/plain; x"];

    private static readonly Gen<string> Text = Gen.String[1, 20];

    private static readonly Gen<EventEnvelope> AnyEvent = Gen.Select(
        Gen.Guid.Where(id => id != Guid.Empty), Text, Text, Gen.Long[0, DateTimeOffset.MaxValue.Ticks],
        Gen.Bool, Gen.String, (id, key, type, ticks, traced, data) => new EventEnvelope
        {
            Id = id,
            Stream = "orders",
            Key = Valid(key),
            Type = Valid(type),
            Source = traced ? "/tessera/orders" : "/" + Valid(type),
            Time = new DateTimeOffset(ticks, TimeSpan.Zero),
            TraceParent = traced ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : null,
            TraceState = traced ? "vendor=" + Valid(key) : null,
            Data = JsonSerializer.SerializeToUtf8Bytes(new { text = Valid(data) }),
        });

    [Fact]
    public void Reads_in_binary_mode_what_it_wrote() =>
        AnyEvent.Sample(known => Same(known, Decode(WireFormat.Encode(known, 2)).Single()));

    [Fact]
    public void Reads_in_structured_mode_what_it_wrote() =>
        AnyEvent.Sample(known => Same(known, Decode(WireFormat.EncodeStructured(known, 2)).Single()));

    [Fact]
    public void Reads_in_a_frame_what_it_wrote_in_order() => AnyEvent.Array[1, 20].Sample(events =>
        Decode(WireFormat.EncodeFrame(events, 2)).Zip(events, (read, known) => Same(known, read)).All(same => same));

    [Fact]
    public void Writes_frames_that_are_json_of_the_announced_size_at_most() => AnyEvent.Array[1, 20].Sample(events =>
    {
        var frame = WireFormat.EncodeFrame(events, 0);
        using var json = JsonDocument.Parse(frame.Body);
        return json.RootElement.GetArrayLength() == events.Length
            && frame.Body.Length <= events.Sum(FrameWriter.SizeBytesMax);
    });

    [Fact]
    public void Never_throws_whatever_the_bytes_are() => Gen.Select(
        Gen.Int[0, ContentTypes.Length - 1].Select(index => ContentTypes[index]),
        Gen.Byte.Array[0, 100],
        Gen.Int[0, 400]).Sample((type, noise, cut) =>
        {
            var frame = WireFormat.EncodeFrame([Some.Event(), Some.Event()], 0).Body.ToArray();
            var broken = frame[..Math.Min(cut, frame.Length)].Concat(noise).ToArray();
            return Decode(new WireMessage("orders", 0, null, null, type, [], broken))
                .All(read => read.Malformed is null || read.Event.Type == "malformed");
        });

    [Theory]
    [InlineData(
        """{"specversion":"1.0","id":"7","source":"/x","type":"orders.y.v1","partitionkey":"p","subject":"s"}""", "p")]
    [InlineData("""{"specversion":"1.0","id":"7","source":"/x","type":"orders.y.v1","subject":"s"}""", "s")]
    [InlineData(
        """{"specversion":"1.0","id":"7","source":"/x","type":"orders.y.v1","subject":null,"extra":{"a":[1]}}""", "7")]
    public void Takes_the_key_of_a_foreign_event_from_what_it_has(string json, string key)
    {
        var read = Decode(new WireMessage(
            "orders", 0, null, null, "application/cloudevents+json; charset=utf-8",
            [], Encoding.UTF8.GetBytes(json))).Single();
        Assert.Equal(key, read.Event.Key);
        Assert.Equal(EventIds.From("orders", "/x", "7"), read.Event.Id);
        Assert.Equal(5, read.Event.Id.Version);
        Assert.Equal("null"u8.ToArray(), read.Event.Data.ToArray());
    }

    [Theory]
    [InlineData("""{"id":"7","source":"/x"}""")]
    [InlineData("""{"specversion":"9.0","id":"7","source":"/x","type":"t"}""")]
    [InlineData("""{"id":7,"source":"/x","type":"t"}""")]
    [InlineData("""{"id":"7","source":"/x","type":"t","time":"soon"}""")]
    [InlineData("""{"id":"7","source":"/x","type":"t","data_base64":"%"}""")]
    [InlineData("""{"id":"7","source":"/x","type":"t"} {}""")]
    public void Says_why_something_is_no_event(string json)
    {
        var read = Decode(new WireMessage(
            "orders", 0, "k", null, WireFormat.Structured, [], Encoding.UTF8.GetBytes(json))).Single();
        Assert.StartsWith("Not a CloudEvent: ", read.Malformed, StringComparison.Ordinal);
        Assert.Equal("k", read.Event.Key);
    }

    private static List<DecodedEvent> Decode(WireMessage message)
    {
        var events = new List<DecodedEvent>();
        WireFormat.Decode(message, Some.Time, events);
        return events;
    }

    private static bool Same(EventEnvelope known, DecodedEvent read) =>
        read.Malformed is null && read.Event with { Data = known.Data } == known with { Id = IdentityOf(known) }
        && read.Event.Data.Span.SequenceEqual(known.Data.Span);

    private static Guid IdentityOf(EventEnvelope known) =>
        EventIds.From(known.Stream, known.Source, known.Id.ToString("D"));

    /// <summary>Random text may hold half surrogate pairs, which no UTF-8 can.</summary>
    private static string Valid(string text) =>
        Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', ' ');
}
