using System.Text.RegularExpressions;

namespace Tessera.EndToEnd;

/// <summary>One kind of span of the OpenTelemetry conventions, version 1.44.0.</summary>
/// <param name="Is">Whether a span is one.</param>
/// <param name="NameOf">What it must be called.</param>
/// <param name="Kind">By the numbers of OTLP.</param>
/// <param name="Required">What it must say.</param>
internal sealed record SpanKind(
    string What, Func<ExportedSpan, bool> Is, Func<ExportedSpan, string> NameOf, int Kind, params string[] Required)
{
    /// <summary>Only several messages that come at once have one: a store at rest has none.</summary>
    public bool IsOfLoad { get; init; }
}

/// <summary>What the OpenTelemetry conventions, version 1.44.0, ask of spans of HTTP, messaging and databases.
/// </summary>
internal static partial class SpanConventions
{
    private const int Server = 2;
    private const int Client = 3;
    private const int Producer = 4;
    private const int Consumer = 5;

    private static readonly string[] ofMessaging =
        ["messaging.operation.name", "messaging.operation.type", "messaging.system", "messaging.destination.name"];

    /// <summary>What is made of messages here: of another operation nothing here would say how it should be.</summary>
    private static readonly string[] operations = ["create", "send", "receive", "process", "settle"];

    public static IReadOnlyList<SpanKind> Kinds { get; } =
    [
        new("HTTP server", span => span.Kind == Server, NameOfServer, Server,
            "http.request.method", "url.path", "url.scheme", "http.response.status_code", "server.address"),
        new("HTTP client", span => span.Kind == Client && span["http.request.method"] is not null,
            span => span["http.request.method"]!, Client,
            "http.request.method", "server.address", "server.port", "url.full"),
        Messaging("create", Producer, "cloudevents.event_type"),
        Messaging("send", Client, "messaging.batch.message_count"),
        Messaging("receive", Client, "messaging.batch.message_count", "messaging.consumer.group.name") with
        {
            IsOfLoad = true,
        },
        Messaging("process", Consumer, "messaging.message.id", "messaging.consumer.group.name"),
        Messaging("settle", Client, "messaging.consumer.group.name"),
        new("database", span => span["db.system.name"] is not null, span => span["db.query.summary"] ?? "", Client,
            "db.system.name", "db.namespace", "db.query.summary"),
    ];

    public static IEnumerable<string> Faults(ExportedSpan span)
    {
        foreach (var old in span.Attributes.Keys.Where(name => Old().IsMatch(name)))
            yield return $"{span}: {old} is a name of before";
        foreach (var kind in Kinds.Where(kind => kind.Is(span)))
        {
            if (span.Kind != kind.Kind) yield return $"{span}: a {kind.What} span of kind {span.Kind}";
            if (span.Name != kind.NameOf(span)) yield return $"{span}: it should be called '{kind.NameOf(span)}'";
            foreach (var missing in kind.Required.Where(name => !span.Attributes.ContainsKey(name)))
                yield return $"{span}: without {missing}";
        }
        if (span["messaging.operation.name"] is { } operation && !operations.Contains(operation))
            yield return $"{span}: '{operation}' is none of {string.Join(", ", operations)}";
        if (span.Kind == Server && AskedByProcesses().IsMatch(span["url.path"] ?? ""))
            yield return $"{span}: a probe buries what people have caused";
        if (span.IsError && span["error.type"] is null) yield return $"{span}: failed without error.type";
    }

    private static SpanKind Messaging(string operation, int kind, params string[] more) => new(
        operation, span => span["messaging.operation.name"] == operation,
        span => $"{operation} {span["messaging.destination.name"]}", kind, [.. ofMessaging, .. more]);

    private static string NameOfServer(ExportedSpan span) => span["http.route"] is { Length: > 0 } route
        ? $"{span["http.request.method"]} {route}"
        : span["http.request.method"] ?? "";

    [GeneratedRegex(@"^/(?:health|metrics|internal|\.well-known)")]
    private static partial Regex AskedByProcesses();

    /// <summary>What the stable conventions, and those of messaging today, have other names for.</summary>
    [GeneratedRegex(
        @"^(?:http\.(?:method|url|target|host|scheme|status_code|flavor|user_agent|client_ip)"
            + @"|net\.\w+(?:\.\w+)*|db\.(?:system|name|statement|operation|user|connection_string)"
            + @"|messaging\.(?:operation|destination|message_id|url|kafka\.consumer_group|client_id))\z")]
    private static partial Regex Old();
}
