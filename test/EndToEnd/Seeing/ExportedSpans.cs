using System.Text.Json;

namespace Tessera.EndToEnd;

/// <summary>A span as a process has sent it.</summary>
/// <param name="Kind">By the numbers of OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
internal sealed record ExportedSpan(
    string Service, string Trace, string Name, int Kind, bool IsError, IReadOnlyDictionary<string, string> Attributes)
{
    public string Id { get; init; } = "";

    /// <summary>The id of the span that it is a part of.</summary>
    public string? Parent { get; init; }

    /// <summary>What it is linked to, by trace and id.</summary>
    public IReadOnlyList<(string Trace, string Id)> Links { get; init; } = [];

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    /// <summary>Service, operation and what it is about: of a message its type, which says more than its stream.
    /// </summary>
    public override string ToString() => this["cloudevents.event_type"] is { } type
        ? $"{Service} {this["messaging.operation.name"]} {type}"
        : $"{Service} {Name}";
}

/// <summary>The spans that the dashboard of a store was sent.</summary>
internal static class ExportedSpans
{
    public static async Task<IReadOnlyList<ExportedSpan>> ReadAsync(Store store)
    {
        var login = (await store.ServiceAsync("server-dashboard")).GetProperty("address").GetString()!;
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add(
            "x-api-key", (await File.ReadAllTextAsync(Path.Combine(store.Data, "servers", "dashboard", "key"))).Trim());
        using var answer = JsonDocument.Parse(await http.GetStringAsync(
            new Uri(login.Split("/login")[0] + "/api/telemetry/spans?limit=5000")));
        return
        [
            .. from resource in answer.RootElement.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
            let service = AttributesOf(resource.GetProperty("resource"))["service.name"]
            from scope in resource.GetProperty("scopeSpans").EnumerateArray()
            from span in scope.GetProperty("spans").EnumerateArray()
            select new ExportedSpan(
                service, span.GetProperty("traceId").GetString()!, span.GetProperty("name").GetString()!,
                KindOf(span.GetProperty("kind")), IsError(span), AttributesOf(span))
            {
                Id = span.GetProperty("spanId").GetString()!,
                Parent = span.TryGetProperty("parentSpanId", out var parent) ? parent.GetString() : null,
                Links = LinksOf(span),
            },
        ];
    }

    private static int KindOf(JsonElement kind) => kind.ValueKind == JsonValueKind.Number
        ? kind.GetInt32()
        : Array.IndexOf(["", "INTERNAL", "SERVER", "CLIENT", "PRODUCER", "CONSUMER"], kind.GetString()!.Split('_')[^1]);

    private static bool IsError(JsonElement span) => span.TryGetProperty("status", out var status)
        && status.TryGetProperty("code", out var code) && code.ToString() is "2" or "STATUS_CODE_ERROR";

    private static List<(string Trace, string Id)> LinksOf(JsonElement span) =>
        !span.TryGetProperty("links", out var links)
            ? []
            : [.. links.EnumerateArray().Select(link =>
                (link.GetProperty("traceId").GetString()!, link.GetProperty("spanId").GetString()!))];

    private static Dictionary<string, string> AttributesOf(JsonElement element) =>
        !element.TryGetProperty("attributes", out var attributes)
            ? []
            : attributes.EnumerateArray().GroupBy(each => each.GetProperty("key").GetString()!).ToDictionary(
                each => each.Key,
                each => each.First().GetProperty("value").EnumerateObject().Select(value => value.Value.ToString())
                    .FirstOrDefault() ?? "");
}
