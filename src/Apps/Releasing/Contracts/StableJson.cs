using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Releasing.Contracts;

/// <summary>One text for one meaning, so that a difference of texts is a difference of contracts.</summary>
public static class StableJson
{
    /// <summary>Lists whose order says nothing.</summary>
    private static readonly string[] _sets = ["required", "enum", "x-extensible-enum", "type"];

    private static readonly JsonSerializerOptions _indented = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Write(JsonNode node) => Sorted(null, node)!.ToJsonString(_indented) + "\n";

    private static JsonNode? Sorted(string? name, JsonNode? node) => node switch
    {
        JsonObject members => new JsonObject(members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sorted(member.Key, member.Value)))),
        JsonArray items when _sets.Contains(name) => new JsonArray([.. items
            .OrderBy(item => item?.ToJsonString() ?? "", StringComparer.Ordinal).Select(item => item?.DeepClone())]),
        JsonArray items when name == "parameters" => new JsonArray([.. items
            .OrderBy(item => $"{item?["in"]} {item?["name"]}", StringComparer.Ordinal)
            .Select(item => Sorted(null, item))]),
        JsonArray items => new JsonArray([.. items.Select(item => Sorted(null, item))]),
        _ => node?.DeepClone(),
    };
}
