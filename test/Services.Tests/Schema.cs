using System.Text.Json;
using System.Text.RegularExpressions;

namespace Tessera.Services.Tests;

/// <summary>Reads the JSON schemas of an OpenAPI document as far as requests need it.</summary>
internal static class Schema
{
    /// <summary>What an object has that takes any member.</summary>
    public const string OpenMember = "anything";

    private static readonly string[] examples = ["A1", "ada@example.org", "Something", "a-client", "newest"];

    public static bool IsText(JsonElement schema) => TypesOf(schema).Contains("string");

    /// <summary>The members of the shape that are texts, with their places.</summary>
    public static IEnumerable<(string Name, string Place)> Texts(JsonElement document, JsonElement schema, string place)
    {
        schema = Resolve(document, schema);
        if (TypesOf(schema).Contains("array"))
        {
            foreach (var text in Texts(document, schema.GetProperty("items"), place + "[]")) yield return text;
        }
        if (!schema.TryGetProperty("properties", out var members)) yield break;
        foreach (var member in members.EnumerateObject())
        {
            var inner = $"{place}.{member.Name}";
            if (IsText(Resolve(document, member.Value))) yield return (member.Name, inner);
            foreach (var text in Texts(document, member.Value, inner)) yield return text;
        }
    }

    /// <summary>A value that fits, as JSON, with <paramref name="text"/> (JSON too) at the place.</summary>
    public static string Example(JsonElement document, JsonElement schema, string here, string? place, string text)
    {
        schema = Resolve(document, schema);
        var types = TypesOf(schema);
        if (here == place) return text;
        if (IsOpen(schema, types)) return $"{{\"{OpenMember}\":1}}";
        if (types.Contains("object") || schema.TryGetProperty("properties", out _))
        {
            var members =
                from member in schema.GetProperty("properties").EnumerateObject()
                let inner = $"{here}.{member.Name}"
                where IsNeeded(schema, member.Name) || IsAt(place, inner)
                select $"\"{member.Name}\":{Example(document, member.Value, inner, place, text)}";
            return $"{{{string.Join(',', members)}}}";
        }
        if (types.Contains("array"))
            return $"[{Example(document, schema.GetProperty("items"), here + "[]", place, text)}]";
        if (types.Contains("string")) return JsonSerializer.Serialize(ExampleText(schema));
        if (types.Contains("boolean")) return "false";
        return schema.TryGetProperty("minimum", out var least) ? least.GetRawText() : "1";
    }

    /// <summary>A text that fits a path, a query or a body.</summary>
    public static string ExampleText(JsonElement schema)
    {
        if (!IsText(schema)) return "1";
        if (schema.TryGetProperty("format", out var format) && format.GetString() == "uuid")
            return Guid.Empty.ToString();
        var pattern = schema.TryGetProperty("pattern", out var wanted) ? wanted.GetString()! : "";
        var example = examples.First(text => Regex.IsMatch(text, pattern));
        var lengthMin = schema.TryGetProperty("minLength", out var least) ? least.GetInt32() : 0;
        return example.PadRight(lengthMin, 'x');
    }

    /// <summary>An object whose members are somebody else's, such as the body of an event.</summary>
    private static bool IsOpen(JsonElement schema, string[] types) =>
        types.Contains("object") && !schema.TryGetProperty("properties", out _);

    private static bool IsAt(string? place, string member) =>
        place is not null && (place == member || place.StartsWith(member + ".", StringComparison.Ordinal)
            || place.StartsWith(member + "[", StringComparison.Ordinal));

    private static bool IsNeeded(JsonElement schema, string member) =>
        schema.TryGetProperty("required", out var needed)
        && needed.EnumerateArray().Any(name => name.GetString() == member);

    private static JsonElement Resolve(JsonElement document, JsonElement schema)
    {
        while (true)
        {
            if (schema.TryGetProperty("oneOf", out var several))
                schema = several.EnumerateArray().First(one =>
                    one.TryGetProperty("$ref", out _) || !TypesOf(one).Contains("null"));
            if (!schema.TryGetProperty("$ref", out var reference)) return schema;
            schema = document;
            foreach (var step in reference.GetString()!.Split('/').Skip(1)) schema = schema.GetProperty(step);
        }
    }

    /// <exception cref="InvalidOperationException">Nothing is said: a text might hide there, unseen.</exception>
    private static string[] TypesOf(JsonElement schema)
    {
        if (!schema.TryGetProperty("type", out var type))
            throw new InvalidOperationException($"The document says no type: {schema.GetRawText()}");
        return type.ValueKind == JsonValueKind.Array
            ? [.. type.EnumerateArray().Select(one => one.GetString()!)]
            : [type.GetString()!];
    }
}
