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
    /// <returns>What is wrong, where a mask stands at a place that had nothing to hide, or in a list of which it cannot
    /// be told which element is which: what belongs to one must not come to stand at another.</returns>
    public static string? Restore(JsonNode? edited, JsonElement? before)
    {
        if (before is not { } body) return Restore(edited, null, null, "$");
        var (original, shown) = (JsonNode.Parse(body.GetRawText()), JsonNode.Parse(body.GetRawText()));
        Hide(shown, isPersonal: false);
        return Restore(edited, original, shown, "$");
    }

    /// <param name="shown">The old body as the form showed it.</param>
    private static string? Restore(JsonNode? edited, JsonNode? original, JsonNode? shown, string path)
    {
        switch (edited)
        {
            case JsonObject members:
                foreach (var (name, value) in members.ToList())
                {
                    var was = (original as JsonObject)?[name];
                    if (IsMask(value) && was is JsonValue) members[name] = was.DeepClone();
                    else if (Restore(value, was, (shown as JsonObject)?[name], $"{path}.{name}") is { } fault)
                        return fault;
                }
                return null;
            case JsonArray items when original is JsonArray known && shown is JsonArray old:
                if (HasMask(items) && (items.Count != known.Count || IsReordered(items, old)))
                {
                    return $"{path} has other elements than before, or in another order, so it cannot be told whose "
                        + $"{Mask} is whose: leave each at its place, or write out what is hidden.";
                }
                for (var at = 0; at < items.Count; at++)
                {
                    var was = at < known.Count ? known[at] : null;
                    if (IsMask(items[at]) && was is JsonValue) items[at] = was.DeepClone();
                    else if (Restore(items[at], was, at < old.Count ? old[at] : null, $"{path}[{at}]") is { } fault)
                        return fault;
                }
                return null;
            case JsonArray items:
                for (var at = 0; at < items.Count; at++)
                {
                    if (Restore(items[at], null, null, $"{path}[{at}]") is { } fault) return fault;
                }
                return null;
            default:
                return IsMask(edited)
                    ? $"{path} is {Mask}, and the old body hides nothing there: what is hidden stays at its place."
                    : null;
        }
    }

    private static bool HasMask(JsonNode? node) => node switch
    {
        JsonObject members => members.Any(member => HasMask(member.Value)),
        JsonArray items => items.Any(HasMask),
        _ => IsMask(node),
    };

    /// <summary>Whether an element is, as it was shown, another one of the old list.</summary>
    private static bool IsReordered(JsonArray items, JsonArray old)
    {
        for (var at = 0; at < items.Count; at++)
        {
            var item = items[at];
            if (HasMask(item) && !JsonNode.DeepEquals(item, old[at])
                && old.Any(other => JsonNode.DeepEquals(item, other))) return true;
        }
        return false;
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
