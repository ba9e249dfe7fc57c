using System.Text.Json.Nodes;
using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Comparing;

/// <summary>What a contract says and the gate does not compare: a change of it would pass in silence, so it is a fault
/// until the gate learns it.</summary>
public static class UnreadKeywords
{
    private static readonly string[] _verbs = ["get", "put", "post", "delete", "patch", "head", "options"];

    /// <summary>Read by <see cref="Shape"/>, or nothing that a value could break.</summary>
    private static readonly HashSet<string> _ofSchemas =
    [
        "$ref", "type", "nullable", "format", "pattern", "enum", "x-extensible-enum", "default", "properties",
        "required", "additionalProperties", "items", "oneOf", "anyOf", "maximum", "exclusiveMaximum", "maxLength",
        "maxItems", "minimum", "exclusiveMinimum", "minLength", "minItems",
        "$schema", "$comment", "title", "description", "example", "examples", "deprecated",
    ];

    private static readonly HashSet<string> _ofEvents =
        [.. _ofSchemas, "x-stream", "x-source", "x-key", "x-partitions", "x-datacontenttype"];

    private static readonly HashSet<string> _ofOperations =
    [
        "parameters", "requestBody", "responses", "security", "x-scope", "deprecated",
        "tags", "operationId", "summary", "description",
    ];

    private static readonly HashSet<string> _ofParameters = ["in", "name", "required", "schema", "description"];
    private static readonly HashSet<string> _ofContent = ["content", "required", "description"];
    private static readonly HashSet<string> _ofMediaTypes = ["schema", "example", "examples"];

    /// <summary>In sentences; none when all is compared.</summary>
    public static IEnumerable<string> In(ServiceContract contract)
    {
        var found = contract.Events.SelectMany(each => OfSchema(each.Key, each.Value, _ofEvents));
        if (contract.Http is { } http)
        {
            found = found
                .Concat(ObjectsIn(http["components"]?["schemas"]).SelectMany(
                    each => OfSchema($"schema {each.Name}", each.Told)))
                .Concat(ObjectsIn(http["paths"]).SelectMany(path => OfPath(path.Name, path.Told)));
        }
        return found.Distinct().Select(each =>
            $"contracts/{contract.Service}: {each}, which the gate does not compare; teach it, or say it otherwise.");
    }

    private static IEnumerable<string> OfPath(string path, JsonObject told) =>
        Unread(path, told, [.. _verbs]).Concat(ObjectsIn(told).Where(each => _verbs.Contains(each.Name)).SelectMany(
            each => OfOperation($"{each.Name.ToUpperInvariant()} {path}", each.Told)));

    private static IEnumerable<string> OfOperation(string name, JsonObject told)
    {
        var found = Unread(name, told, _ofOperations);
        foreach (var parameter in (told["parameters"]?.AsArray() ?? []).OfType<JsonObject>())
        {
            found = found.Concat(Unread(name, parameter, _ofParameters))
                .Concat(OfSchema(name, parameter["schema"] as JsonObject));
        }
        return ObjectsIn(told["responses"]).Select(each => each.Told).Append(told["requestBody"] as JsonObject ?? [])
            .Aggregate(found, (all, content) => all.Concat(Unread(name, content, _ofContent)).Concat(
                ObjectsIn(content["content"]).SelectMany(each => Unread(name, each.Told, _ofMediaTypes)
                    .Concat(OfSchema(name, each.Told["schema"] as JsonObject)))));
    }

    private static IEnumerable<string> OfSchema(string where, JsonObject? schema, HashSet<string>? known = null)
    {
        if (schema is null) return [];
        JsonNode?[] inner =
        [
            schema["items"], schema["additionalProperties"],
            .. ObjectsIn(schema["properties"]).Select(each => each.Told),
            .. schema["oneOf"] as JsonArray ?? [], .. schema["anyOf"] as JsonArray ?? [],
        ];
        return Unread(where, schema, known ?? _ofSchemas)
            .Concat(inner.OfType<JsonObject>().SelectMany(each => OfSchema(where, each)));
    }

    private static IEnumerable<string> Unread(string where, JsonObject told, HashSet<string> known) =>
        told.Where(each => !known.Contains(each.Key)).Select(each => $"{where} says {each.Key}");

    private static IEnumerable<(string Name, JsonObject Told)> ObjectsIn(JsonNode? node) =>
        (node as JsonObject ?? []).Where(each => each.Value is JsonObject)
            .Select(each => (each.Key, each.Value!.AsObject()));
}
