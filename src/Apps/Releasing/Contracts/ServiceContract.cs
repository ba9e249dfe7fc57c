using System.Text.Json.Nodes;

namespace Tessera.Releasing.Contracts;

/// <summary>What one service offers to the others: now, or in a version that was released.</summary>
/// <param name="Service">Such as <c>orders</c>.</param>
/// <param name="Version">What it is called in a message, such as <c>1.4.0</c>.</param>
/// <param name="Http">The OpenAPI document.</param>
/// <param name="Events">By type: the JSON schema, with the stream, the key member and so on beside it.</param>
/// <param name="Scripts">The schema files that it has, with the digest of what each does.</param>
public sealed record ServiceContract(
    string Service, string Version, JsonObject? Http, IReadOnlyDictionary<string, JsonObject> Events,
    IReadOnlyDictionary<string, string> Scripts)
{
    private const string HttpFile = "openapi.json";
    private const string EventFolder = "events/";
    private const string ScriptsFile = "schema.json";

    /// <summary>From what a service says of itself.</summary>
    public static ServiceContract Described(JsonObject description, IReadOnlyDictionary<string, string> scripts)
    {
        var events = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var each in description["events"]!.AsArray().Select(each => each!.AsObject()))
        {
            var contract = (JsonObject)each["schema"]!.DeepClone();
            contract["$schema"] = "https://json-schema.org/draft/2020-12/schema";
            contract["title"] = each["type"]!.DeepClone();
            contract["x-stream"] = each["stream"]!.DeepClone();
            contract["x-source"] = each["source"]!.DeepClone();
            contract["x-key"] = each["key"]!.DeepClone();
            contract["x-partitions"] = each["partitions"]!.DeepClone();
            contract["x-datacontenttype"] = "application/json";
            events[each["type"]!.GetValue<string>()] = contract;
        }
        var http = description["http"]?.DeepClone().AsObject();
        http?.Remove("servers"); // Where it runs is no part of what it offers.
        return new ServiceContract(
            description["service"]!.GetValue<string>(), description["version"]!.GetValue<string>(), http, events,
            scripts);
    }

    /// <summary>The files of it, by their paths in the service's folder.</summary>
    public IReadOnlyDictionary<string, string> Files()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (Http is not null) files[HttpFile] = StableJson.Write(Http);
        foreach (var (type, schema) in Events) files[$"{EventFolder}{type}.json"] = StableJson.Write(schema);
        return files;
    }

    /// <summary>As <see cref="Files"/>, with what is kept of a release beside it.</summary>
    public IReadOnlyDictionary<string, string> ReleasedFiles() =>
        new SortedDictionary<string, string>(Files().ToDictionary(), StringComparer.Ordinal)
        {
            [ScriptsFile] = StableJson.Write(new JsonObject(
                Scripts.Select(script => KeyValuePair.Create(script.Key, (JsonNode?)script.Value)))),
        };

    /// <summary>Whether both offer the same, whatever they are called.</summary>
    public bool IsSameAs(ServiceContract other)
    {
        var (own, its) = (ReleasedFiles(), other.ReleasedFiles());
        return own.Count == its.Count && own.All(file => its.GetValueOrDefault(file.Key) == file.Value);
    }

    /// <summary>Reads what <see cref="ReleasedFiles"/> wrote.</summary>
    public static ServiceContract Read(string service, string version, IReadOnlyDictionary<string, string> files) =>
        new(
        service, version,
        files.TryGetValue(HttpFile, out var http) ? JsonNode.Parse(http)!.AsObject() : null,
        files.Where(file => file.Key.StartsWith(EventFolder, StringComparison.Ordinal)).ToDictionary(
            file => file.Key[EventFolder.Length..^".json".Length], file => JsonNode.Parse(file.Value)!.AsObject()),
        files.TryGetValue(ScriptsFile, out var scripts)
            ? JsonNode.Parse(scripts)!.AsObject().ToDictionary(each => each.Key, each => each.Value!.GetValue<string>())
            : []);
}
