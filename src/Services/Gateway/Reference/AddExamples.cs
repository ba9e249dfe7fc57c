using System.Globalization;
using System.Text.Json.Nodes;

namespace Tessera.Gateway;

/// <summary>Gives each body of JSON in an operation an example that fits its schema, where the service says
/// none.</summary>
internal static class AddExamples
{
    private const int DepthMax = 8;

    public static void To(JsonObject operation, JsonObject schemas)
    {
        Fill(operation["requestBody"]?["content"], schemas);
        foreach (var (_, response) in operation["responses"]?.AsObject() ?? []) Fill(response?["content"], schemas);
    }

    private static void Fill(JsonNode? content, JsonObject schemas)
    {
        if (content?["application/json"] is not JsonObject json || json["schema"] is not JsonObject schema) return;
        if (json.ContainsKey("example") || json.ContainsKey("examples")) return;
        json["example"] = Example(schema, "", schemas, 0);
    }

    private static JsonNode? Example(JsonObject schema, string member, JsonObject schemas, int depth)
    {
        if (depth > DepthMax) return null;
        if (schema["$ref"] is JsonValue reference)
        {
            var name = reference.GetValue<string>().Split('/')[^1];
            return schemas[name] is JsonObject named ? Example(named, member, schemas, depth + 1) : null;
        }
        if (schema["example"] is { } given) return given.DeepClone();
        if (schema["enum"] is JsonArray { Count: > 0 } choices) return choices[0]?.DeepClone();
        var alternative = (schema["oneOf"] ?? schema["anyOf"]) as JsonArray;
        if (alternative?.OfType<JsonObject>().FirstOrDefault(one => TypeOf(one) != "null") is { } first)
            return Example(first, member, schemas, depth + 1);
        return TypeOf(schema) switch
        {
            "array" => schema["items"] is JsonObject item && Example(item, member, schemas, depth + 1) is { } one
                ? new JsonArray(one)
                : new JsonArray(),
            "boolean" => JsonValue.Create(true),
            "integer" or "number" => Number(schema, member),
            "string" => JsonValue.Create(Text(schema, member)),
            "null" => null,
            _ => Object(schema, schemas, depth),
        };
    }

    private static JsonObject Object(JsonObject schema, JsonObject schemas, int depth)
    {
        var example = new JsonObject();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (property is JsonObject described) example[name] = Example(described, name, schemas, depth + 1);
        }
        return example;
    }

    private static JsonValue Number(JsonObject schema, string member)
    {
        var smallest = schema["minimum"] is JsonValue least ? AsLong(least) : 1;
        var usual = member.EndsWith("Minor", StringComparison.Ordinal) ? 250 : 1;
        return JsonValue.Create(Math.Max(smallest, usual));
    }

    private static long AsLong(JsonValue value) =>
        long.TryParse(value.ToString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : 1;

    private static string Text(JsonObject schema, string member) => ((string?)schema["format"], member) switch
    {
        ("uuid", _) => "01939d3e-2222-7000-8000-000000000002",
        ("date-time", _) => "2026-11-27T09:30:00Z",
        ("date", _) => "2026-11-27",
        ("uri" or "uri-reference", _) => "https://shop.example/",
        (_, "sku") => "TEA-100",
        (_, "email") => "ada@example.org",
        (_, "currency") => "EUR",
        (_, "country") => "DE",
        (_, "name") => "Earl Grey, 100 g",
        (_, "password") => "correct horse battery staple",
        (_, "state") => "Confirmed",
        _ => AnyText(schema),
    };

    private static string AnyText(JsonObject schema)
    {
        var least = schema["minLength"] is JsonValue given ? (int)AsLong(given) : 1;
        return string.Join(' ', Enumerable.Repeat("text", 1 + (least / "text ".Length)));
    }

    private static string TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonValue one => one.GetValue<string>(),
        JsonArray many => many.Select(one => one!.GetValue<string>()).FirstOrDefault(one => one != "null") ?? "null",
        _ => "object",
    };
}
