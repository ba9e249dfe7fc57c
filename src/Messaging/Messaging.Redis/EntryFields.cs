using StackExchange.Redis;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>CloudEvents as the fields of a stream entry: <c>ce_*</c> attributes, <c>content-type</c>
/// and <c>data</c>.</summary>
internal static class EntryFields
{
    private const string Prefix = "ce_";
    private static readonly RedisValue s_data = "data";
    private static readonly RedisValue s_contentType = "content-type";
    private static readonly RedisValue s_messageId = "message-id";

    /// <summary>The fields that every event has are encoded once.</summary>
    private static readonly Dictionary<string, RedisValue> s_known = new[]
    {
        "id", "source", "type", "specversion", "time", "partitionkey", "traceparent", "tracestate", "subject",
    }.ToDictionary(
        name => name, name => (RedisValue)System.Text.Encoding.UTF8.GetBytes(Prefix + name), StringComparer.Ordinal);

    public static NameValueEntry[] Write(WireMessage message)
    {
        var binary = message.Attributes.Count > 0;
        var fields = new NameValueEntry[message.Attributes.Count + (binary || message.Id is null ? 2 : 3)];
        var next = 0;
        foreach (var (name, value) in message.Attributes)
        {
            fields[next++] = new NameValueEntry(
                s_known.TryGetValue(name, out var known) ? known : Prefix + name, value);
        }
        if (!binary && message.Id is not null) fields[next++] = new NameValueEntry(s_messageId, message.Id);
        fields[next++] = new NameValueEntry(s_contentType, message.ContentType);
        fields[next] = new NameValueEntry(s_data, message.Body);
        return fields;
    }

    /// <param name="fields">Names and values in turn.</param>
    public static WireMessage Read(string stream, int partition, RedisResult[] fields)
    {
        var attributes = new List<KeyValuePair<string, string>>(fields.Length / 2);
        string? key = null, id = null, contentType = null;
        ReadOnlyMemory<byte> body = default;
        for (var next = 0; next + 1 < fields.Length; next += 2)
        {
            var name = (string?)fields[next] ?? "";
            if (name == "data")
            {
                body = (byte[]?)fields[next + 1] ?? [];
                continue;
            }
            var value = (string?)fields[next + 1] ?? "";
            if (name == "content-type") contentType = value;
            else if (name == "message-id") id = value;
            else if (name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                var attribute = name[Prefix.Length..];
                if (attribute == "partitionkey") key = value;
                else if (attribute == "id") id = value;
                attributes.Add(new(attribute, value));
            }
        }
        return new WireMessage(stream, partition, key, id, contentType ?? "application/json", attributes, body);
    }
}
