using System.Globalization;
using System.Text;
using RabbitMQ.Client;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>CloudEvents over AMQP: attributes are headers with the prefix <c>cloudEvents_</c>; <c>cloudEvents:</c>, the
/// older form of the specification, is read too.</summary>
internal static class AmqpHeaders
{
    private const string Prefix = "cloudEvents_";
    private const string PrefixOld = "cloudEvents:";
    private const long SecondsMax = 253_402_300_799; // The year 9999 ends.

    /// <param name="sentAt">The property <c>timestamp</c>, which counts whole seconds.</param>
    public static BasicProperties Write(WireMessage message, DateTimeOffset sentAt)
    {
        var properties = new BasicProperties
        {
            DeliveryMode = DeliveryModes.Persistent,
            ContentType = message.ContentType,
            MessageId = message.Id,
            Timestamp = new AmqpTimestamp(sentAt.ToUnixTimeSeconds()),
        };
        if (message.Attributes.Count > 0)
        {
            var headers = new Dictionary<string, object?>(message.Attributes.Count);
            foreach (var (name, value) in message.Attributes) headers[NameOf(name)] = value;
            properties.Headers = headers;
        }
        return properties;
    }

    public static WireMessage Read(
        string stream, int partition, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body)
    {
        List<KeyValuePair<string, string>>? attributes = null;
        string? key = null;
        if (properties.Headers is { Count: > 0 } headers)
        {
            foreach (var (header, value) in headers)
            {
                if (AttributeOf(header) is not { } name || Text(value) is not { } text) continue;
                (attributes ??= new(headers.Count)).Add(new(name, text));
                if (name == "partitionkey") key = text;
            }
        }
        return new WireMessage(
            stream, partition, key, properties.MessageId, properties.ContentType ?? "application/json",
            attributes ?? [], body.ToArray()); // The client reuses its buffer once this delivery was taken.
    }

    /// <summary>Null where the publisher did not say it, or in another unit than the protocol's.</summary>
    public static DateTimeOffset? SentAt(IReadOnlyBasicProperties properties) =>
        properties.IsTimestampPresent() && properties.Timestamp.UnixTime is >= 0 and <= SecondsMax
            ? DateTimeOffset.FromUnixTimeSeconds(properties.Timestamp.UnixTime)
            : null;

    /// <summary>The attributes that every event has are not concatenated anew for each.</summary>
    private static string NameOf(string attribute) => attribute switch
    {
        "id" => Prefix + "id",
        "source" => Prefix + "source",
        "type" => Prefix + "type",
        "specversion" => Prefix + "specversion",
        "time" => Prefix + "time",
        "partitionkey" => Prefix + "partitionkey",
        "traceparent" => Prefix + "traceparent",
        _ => Prefix + attribute,
    };

    private static string? AttributeOf(string header) => header switch
    {
        Prefix + "id" => "id",
        Prefix + "source" => "source",
        Prefix + "type" => "type",
        Prefix + "specversion" => "specversion",
        Prefix + "time" => "time",
        Prefix + "partitionkey" => "partitionkey",
        Prefix + "traceparent" => "traceparent",
        _ when header.StartsWith(Prefix, StringComparison.Ordinal) => header[Prefix.Length..],
        _ when header.StartsWith(PrefixOld, StringComparison.Ordinal) => header[PrefixOld.Length..],
        _ => null,
    };

    private static string? Text(object? value) => value switch
    {
        byte[] text => Encoding.UTF8.GetString(text),
        string text => text,
        bool truth => truth ? "true" : "false",
        AmqpTimestamp time => DateTimeOffset.FromUnixTimeSeconds(time.UnixTime)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };
}
