using System.Globalization;
using System.Text.Json.Nodes;

namespace Tessera.Releasing.Comparing;

/// <summary>A JSON schema within its document, seen the same whichever way it is written: by reference or in place,
/// with null as a type or as an alternative.</summary>
internal sealed class Shape
{
    private readonly JsonNode _document;
    private readonly JsonObject _schema;

    private Shape(JsonNode document, JsonObject schema, bool isNullable, string? reference, string? standing) =>
        (_document, _schema, IsNullable, Reference, Default) = (document, schema, isNullable, reference, standing);

    /// <summary>Where the shape stands in its document, so that one that holds itself is seen once.</summary>
    public string? Reference { get; }

    public bool IsNullable { get; }

    /// <summary>What stands for a value that is left out, as JSON; null for nothing.</summary>
    public string? Default { get; }

    /// <summary>Such as <c>integer</c> or <c>integer|string</c>; empty for anything.</summary>
    public string Type =>
        string.Join('|', TypesOf(_schema).Where(type => type != "null").Order(StringComparer.Ordinal));

    /// <summary>Nothing is said of it that a value could break.</summary>
    public bool IsAnything => Type.Length == 0
        && !_schema.Any(member => member.Key is "enum" or "properties" or "required" or "items" or "oneOf" or "anyOf"
            or "allOf" or "const" or "not" or "pattern" or "minimum" or "maximum");

    public string Format => Text("format");

    public string Pattern => Text("pattern");

    public IReadOnlyList<string> Required => [.. Items("required").Select(name => name!.GetValue<string>())];

    /// <summary>The values it may have; null for any.</summary>
    public IReadOnlyList<string>? Enum =>
        _schema["enum"] is JsonArray ? [.. Items("enum").Where(one => one is not null).Select(one => one!.ToString())]
        : null;

    /// <summary>The values that are known, among others that may come.</summary>
    public IReadOnlyList<string> Known => [.. Items("x-extensible-enum").Select(one => one!.ToString())];

    /// <summary>What the schema does not name is refused.</summary>
    public bool IsClosed =>
        _schema["additionalProperties"] is JsonValue value && value.TryGetValue(out bool open) && !open;

    public IReadOnlyDictionary<string, Shape> Properties => _schema["properties"] is JsonObject members
        ? members.Where(member => member.Value is JsonObject)
            .ToDictionary(member => member.Key, member => Of(_document, member.Value!.AsObject()))
        : [];

    /// <summary>Of a list: what it holds, which is anything where nothing is said of it.</summary>
    public Shape? Element => _schema["items"] is JsonObject items ? Of(_document, items)
        : TypesOf(_schema).Contains("array") ? Anything : null;

    /// <summary>Of an object that is not closed: what stands under each name that is none of the properties.</summary>
    public Shape? Values => _schema["additionalProperties"] is JsonObject values ? Of(_document, values)
        : TypesOf(_schema).Contains("object") && !IsClosed ? Anything : null;

    private Shape Anything => Of(_document, []);

    /// <summary>The alternatives, when there are several besides null.</summary>
    public IReadOnlyList<Shape> Branches => [.. BranchesOf(_schema).Select(one => Of(_document, one))];

    public decimal? Bound(string name) => _schema[name] is JsonValue value
        && decimal.TryParse(value.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)
        ? bound : null;

    /// <param name="document">What references in it begin at.</param>
    public static Shape Of(JsonNode document, JsonObject schema)
    {
        var isNullable = false;
        string? reference = null;
        string? standing = null;
        for (var depth = 0; depth < 32; depth++)
        {
            if (schema.TryGetPropertyValue("default", out var told)) standing ??= told?.ToJsonString() ?? "null";
            if (schema["$ref"]?.GetValue<string>() is { } target)
            {
                reference = target;
                schema = Resolve(document, target);
                continue;
            }
            isNullable |= TypesOf(schema).Contains("null") || schema["nullable"]?.ToString() == "true";
            var all = Alternatives(schema);
            if (all.Any(IsNull)) isNullable = true;
            if (all.Where(one => !IsNull(one)).ToArray() is not [var only]) break;
            schema = only;
        }
        return new Shape(document, schema, isNullable, reference, standing);
    }

    /// <summary>What stands at a path such as <c>lines[].sku</c>; null when nothing does.</summary>
    public (Shape Shape, bool IsRequired)? At(string path)
    {
        var (at, isRequired) = (this, true);
        foreach (var step in path.Split('.'))
        {
            var name = step.Replace("[]", "", StringComparison.Ordinal);
            if (!at.Properties.TryGetValue(name, out var member)) return null;
            isRequired &= at.Required.Contains(name);
            for (var lists = (step.Length - name.Length) / 2; lists > 0; lists--)
            {
                if (member.Element is not { } element) return null;
                member = element;
            }
            at = member;
        }
        return (at, isRequired);
    }

    private static JsonObject Resolve(JsonNode document, string reference)
    {
        var at = document;
        foreach (var step in reference.TrimStart('#').Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            at = (at is JsonArray list ? list[int.Parse(name, CultureInfo.InvariantCulture)] : at[name])
                ?? throw new ReleaseException($"A schema refers to {reference}, which is not there.");
        }
        return at.AsObject();
    }

    private static bool IsNull(JsonObject schema) => TypesOf(schema) is ["null"];

    private static JsonObject[] Alternatives(JsonObject schema) =>
        [.. ((schema["oneOf"] ?? schema["anyOf"]) as JsonArray ?? []).OfType<JsonObject>()];

    private static JsonObject[] BranchesOf(JsonObject schema) => [.. Alternatives(schema).Where(one => !IsNull(one))];

    private static string[] TypesOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray several => [.. several.Select(one => one!.GetValue<string>())],
        JsonValue one => [one.GetValue<string>()],
        _ => [],
    };

    private string Text(string name) => _schema[name]?.ToString() ?? "";

    private JsonArray Items(string name) => _schema[name] as JsonArray ?? [];
}
