using System.Text.Json;

namespace Tessera.Services.Tests;

/// <summary>One method of one path of an OpenAPI document, and what a request of it is made of.</summary>
internal sealed record Operation(
    string Method, string Path, bool NeedsToken, IReadOnlyList<Parameter> Parameters, JsonElement? Body,
    JsonElement Document)
{
    /// <summary>Such as <c>GET /orders/{id}</c>.</summary>
    public string Name => $"{Method} {(Path.Length > 1 ? Path.TrimEnd('/') : Path)}";

    public override string ToString() => Name;

    public static IReadOnlyList<Operation> All(JsonElement document) =>
    [
        .. from path in document.GetProperty("paths").EnumerateObject()
           from method in path.Value.EnumerateObject()
           select new Operation(
               method.Name.ToUpperInvariant(), path.Name, method.Value.TryGetProperty("security", out _),
               [.. ParametersOf(method.Value)], BodyOf(method.Value), document),
    ];

    /// <summary>Every place of a request where a text may stand; a header cannot carry most of them at all.</summary>
    public IEnumerable<Slot> Slots()
    {
        foreach (var parameter in Parameters)
        {
            if (parameter.In is "path" or "query" && Schema.IsText(parameter.Schema))
                yield return new Slot(this, parameter.In, parameter.Name, null);
        }
        if (Body is not { } body) yield break;
        foreach (var member in Schema.Texts(Document, body, "$"))
            yield return new Slot(this, "body", member.Name, member.Place);
    }

    /// <summary>A request that fits, but for the text in the slot.</summary>
    public Call With(Slot? slot, string text)
    {
        var target = Path;
        var query = new List<string>();
        foreach (var parameter in Parameters)
        {
            var isHere = slot is not null && slot.In == parameter.In && slot.Name == parameter.Name;
            var value = Escape.ForUrl(isHere ? text : Schema.ExampleText(parameter.Schema));
            if (parameter.In == "path")
                target = target.Replace($"{{{parameter.Name}}}", value, StringComparison.Ordinal);
            else if (parameter.In == "query" && (isHere || parameter.IsRequired))
                query.Add($"{parameter.Name}={value}");
        }
        if (query.Count > 0) target += "?" + string.Join('&', query);
        var body = Body is { } shape ? Schema.Example(Document, shape, "$", slot?.Place, Escape.ForJson(text)) : null;
        return new Call(Method, target, body, "application/json");
    }

    private static IEnumerable<Parameter> ParametersOf(JsonElement operation)
    {
        if (!operation.TryGetProperty("parameters", out var parameters)) yield break;
        foreach (var parameter in parameters.EnumerateArray())
        {
            yield return new Parameter(
                parameter.GetProperty("in").GetString()!, parameter.GetProperty("name").GetString()!,
                parameter.GetProperty("schema"),
                parameter.TryGetProperty("required", out var required) && required.GetBoolean());
        }
    }

    private static JsonElement? BodyOf(JsonElement operation) =>
        operation.TryGetProperty("requestBody", out var body)
            ? body.GetProperty("content").GetProperty("application/json").GetProperty("schema")
            : null;
}

internal sealed record Parameter(string In, string Name, JsonElement Schema, bool IsRequired);

/// <param name="Place">The JSON path, for a body.</param>
internal sealed record Slot(Operation Operation, string In, string Name, string? Place)
{
    /// <summary>What people compare and type: nothing invisible may be in it.</summary>
    public bool IsCodeOrEmail => Name is "sku" or "email" or "reference" or "paymentMethod";

    public override string ToString() => $"{Operation}: {In} {Place ?? Name}";
}

internal sealed record Call(string Method, string Target, string? Body, string? MediaType);
