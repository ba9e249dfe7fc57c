using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tessera.Ops.Calling;

/// <summary>A message's body for people to read, without what may say something about a person. No event of ours
/// carries such; a foreign one may.</summary>
internal static class MaskedBody
{
    public const string Mask = "•••";

    private static readonly string[] personal =
    [
        "name", "email", "mail", "phone", "address", "line1", "line2", "street", "city", "postal", "zip", "birth",
        "password", "secret", "token", "card", "iban", "paymentmethod", "reference",
    ];

    private static readonly JsonSerializerOptions json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Of(JsonElement body)
    {
        var root = JsonNode.Parse(body.GetRawText());
        Hide(root, isPersonal: false);
        return root?.ToJsonString(json) ?? "null";
    }

    /// <summary>Puts what was hidden back to where it was.</summary>
    /// <returns>What is wrong, where a mask stands at a place that had nothing to hide.</returns>
    public static string? Restore(JsonNode? edited, JsonElement? before)
    {
        var original = before is { } body ? JsonNode.Parse(body.GetRawText()) : null;
        return Restore(edited, original, "$");
    }

    private static string? Restore(JsonNode? edited, JsonNode? original, string path)
    {
        switch (edited)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    var was = (original as JsonObject)?[name];
                    if (IsMask(value) && was is JsonValue) members[name] = was.DeepClone();
                    else if (Restore(value, was, $"{path}.{name}") is { } fault) return fault;
                }
                return null;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    var was = original is JsonArray known && at < known.Count ? known[at] : null;
                    if (IsMask(items[at]) && was is JsonValue) items[at] = was.DeepClone();
                    else if (Restore(items[at], was, $"{path}[{at}]") is { } fault) return fault;
                }
                return null;
            default:
                return IsMask(edited)
                    ? $"{path} is {Mask}, and the old body hides nothing there: what is hidden stays at its place."
                    : null;
        }
    }

    private static bool IsMask(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) && text == Mask;

    private static void Hide(JsonNode? node, bool isPersonal)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    var hides = isPersonal || IsPersonal(name);
                    if (value is JsonValue && hides) members[name] = Mask;
                    else Hide(value, hides);
                }
                break;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    if (items[at] is JsonValue && isPersonal) items[at] = Mask;
                    else Hide(items[at], isPersonal);
                }
                break;
        }
    }

    private static bool IsPersonal(string name) =>
        Array.Exists(personal, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
