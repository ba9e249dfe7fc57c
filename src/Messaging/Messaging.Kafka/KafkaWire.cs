using System.Runtime.InteropServices;
using System.Text;
using Confluent.Kafka;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>A broker message as Kafka carries it, by the CloudEvents Kafka protocol binding 1.0.2: attributes as
/// <c>ce_</c> headers, <c>content-type</c> as a header of its own, the key from <c>partitionkey</c>.</summary>
internal static class KafkaWire
{
    public const string AttributePrefix = "ce_";
    public const string ContentTypeHeader = "content-type";

    // Not CloudEvents headers, but what instrumented clients of other makes look for; the ce_ form is the standard one.
    private static readonly string[] TraceHeaders = ["traceparent", "tracestate"];

    public static Message<byte[]?, byte[]> ToKafka(WireMessage message)
    {
        var headers = new Headers { { ContentTypeHeader, Encoding.UTF8.GetBytes(message.ContentType) } };
        foreach (var (name, value) in message.Attributes)
        {
            var bytes = Encoding.UTF8.GetBytes(value);
            headers.Add(AttributePrefix + name, bytes);
            if (TraceHeaders.Contains(name)) headers.Add(name, bytes);
        }
        return new Message<byte[]?, byte[]>
        {
            Key = message.Key is null ? null : Encoding.UTF8.GetBytes(message.Key),
            Value = BytesOf(message.Body),
            Headers = headers,
        };
    }

    public static WireMessage FromKafka(ConsumeResult<byte[]?, byte[]?> result)
    {
        List<KeyValuePair<string, string>> attributes = [];
        List<KeyValuePair<string, string>> trace = [];
        var contentType = "application/json";
        string? id = null;
        foreach (var header in result.Message.Headers ?? [])
        {
            var value = header.GetValueBytes();
            if (value is null) continue;
            var text = Encoding.UTF8.GetString(value);
            if (header.Key.StartsWith(AttributePrefix, StringComparison.OrdinalIgnoreCase))
            {
                var name = header.Key[AttributePrefix.Length..].ToLowerInvariant();
                if (name == "id") id = text;
                attributes.Add(new(name, text));
            }
            else if (header.Key.Equals(ContentTypeHeader, StringComparison.OrdinalIgnoreCase)) contentType = text;
            else if (TraceHeaders.Contains(header.Key.ToLowerInvariant()))
            {
                trace.Add(new(header.Key.ToLowerInvariant(), text));
            }
        }
        // A foreign producer may give only the plain header; the attribute, where there is one, is the better witness.
        if (attributes.Count > 0)
            attributes.AddRange(trace.Where(plain => attributes.TrueForAll(given => given.Key != plain.Key)));
        return new WireMessage(
            result.Topic,
            result.Partition.Value,
            result.Message.Key is { } key ? Encoding.UTF8.GetString(key) : null,
            id,
            contentType,
            attributes,
            result.Message.Value ?? []);
    }

    private static byte[] BytesOf(ReadOnlyMemory<byte> body) =>
        MemoryMarshal.TryGetArray(body, out var segment)
        && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : body.ToArray();
}
