using System.Globalization;
using System.Text.Json.Nodes;

namespace Tessera.Releasing.Tests.Comparing;

/// <summary>Reads the short form of a shape in samples: <c>{a!:int?,b:[text/uuid]}</c>, with <c>!</c> for required,
/// <c>?</c> for null, <c>/</c> for a format, <c>|</c> for values, <c>&lt;=</c> for a maximum, <c>~</c> for a pattern,
/// <c>=</c> for a default, <c>list</c> and <c>object</c> for those of which no more is said,
/// <c>any</c> for anything, round brackets for alternatives, and <c>map</c> before the shape of a map's values.
/// </summary>
internal static class Write
{
    public static JsonObject Shape(string text)
    {
        if (text.StartsWith("closed", StringComparison.Ordinal))
        {
            var closed = Shape(text["closed".Length..]);
            closed["additionalProperties"] = false;
            return closed;
        }
        if (text.StartsWith("map", StringComparison.Ordinal))
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Shape(text["map".Length..]) };
        if (text[0] == '[') return new JsonObject { ["type"] = "array", ["items"] = Shape(text[1..^1]) };
        if (text[0] == '(') return new JsonObject { ["oneOf"] = new JsonArray([.. Parts(text).Select(Shape)]) };
        if (text[0] != '{') return Simple(text);
        var (members, required) = (new JsonObject(), new JsonArray());
        foreach (var member in Parts(text))
        {
            var at = member.IndexOf(':', StringComparison.Ordinal);
            var name = member[..at].TrimEnd('!');
            if (member[at - 1] == '!') required.Add(name);
            members[name] = Shape(member[(at + 1)..]);
        }
        return new JsonObject { ["type"] = "object", ["properties"] = members, ["required"] = required };
    }

    private static JsonObject Simple(string text)
    {
        if (text == "any") return [];
        if (text.Contains('|', StringComparison.Ordinal))
        {
            var values = text.Split('|', StringSplitOptions.RemoveEmptyEntries);
            return new JsonObject
            {
                ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(one => JsonValue.Create(one))]),
            };
        }
        if (text.EndsWith('?'))
        {
            var known = Simple(text[..^1]);
            known["type"] = new JsonArray("null", known["type"]!.GetValue<string>());
            return known;
        }
        var end = text.IndexOfAny(['/', '<', '~', '=']);
        var shape = new JsonObject { ["type"] = Type(end < 0 ? text : text[..end]) };
        if (end < 0) return shape;
        if (text[end] == '=') shape["default"] = JsonNode.Parse(text[(end + 1)..]);
        if (text[end] == '/') shape["format"] = text[(end + 1)..];
        if (text[end] == '~') shape["pattern"] = text[(end + 1)..];
        if (text[end] == '<') shape["maximum"] = int.Parse(text.AsSpan(end + 2), CultureInfo.InvariantCulture);
        return shape;
    }

    private static string Type(string word) => word switch
    {
        "int" => "integer",
        "text" => "string",
        "bool" => "boolean",
        "list" => "array",
        "object" => word,
        _ => throw new ArgumentException($"'{word}' is no type of a sample."),
    };

    /// <summary>What stands between the outer brackets, parted by the commas that stand in no inner ones.</summary>
    private static List<string> Parts(string text)
    {
        var (parts, depth, from) = (new List<string>(), 0, 1);
        for (var i = 1; i < text.Length; i++)
        {
            if (depth == 0 && (text[i] == ',' || i == text.Length - 1))
            {
                if (i > from) parts.Add(text[from..i]);
                from = i + 1;
            }
            else if ("{[(".Contains(text[i], StringComparison.Ordinal)) depth++;
            else if ("}])".Contains(text[i], StringComparison.Ordinal)) depth--;
        }
        return parts;
    }
}
