using System.Text.Json.Nodes;

namespace Tessera.Gateway;

/// <summary>
/// One OpenAPI document of the services' own: paths as they stand at the gateway, problems and access told for each
/// operation, examples of what is sent. A name that two services use for different shapes is kept apart as
/// <c>orders.Name</c> and <c>payments.Name</c>; shapes that are alike stay one.
/// </summary>
internal static class MergeDocuments
{
    private const string SchemaPrefix = "#/components/schemas/";
    private const string Problem = "Problem";
    private static readonly string[] verbs = ["get", "put", "post", "delete", "patch", "head", "options"];

    /// <param name="documents">By the services' names.</param>
    /// <param name="missing">Services whose document is not known.</param>
    public static JsonObject Of(IReadOnlyDictionary<string, JsonObject> documents, IReadOnlyList<string> missing)
    {
        var paths = new JsonObject();
        var schemas = new JsonObject { [Problem] = ProblemShape.Schema() };
        var tags = new JsonArray();
        var apart = Colliding(documents);
        foreach (var (service, original) in documents.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            var document = (JsonObject)original.DeepClone();
            foreach (var reference in References(document))
            {
                if (apart.Contains(NameOf(reference)))
                    reference["$ref"] = $"{SchemaPrefix}{service}.{NameOf(reference)}";
            }
            TakeOutForeignPatterns(document);
            foreach (var (name, schema) in SchemasOf(document))
                schemas.TryAdd(apart.Contains(name) ? $"{service}.{name}" : name, schema?.DeepClone());
            foreach (var (path, item) in document["paths"]?.AsObject() ?? [])
                paths[PathAtGateway(service, path)] = Operations(service, path, item!.AsObject());
            tags.Add(new JsonObject { ["name"] = service, ["description"] = $"What {service} offers." });
        }
        var merged = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "Tessera",
                ["version"] = "v1",
                ["description"] = "The REST interface of the store, all services of it, as the gateway offers it.",
                ["license"] = new JsonObject { ["name"] = "MIT", ["identifier"] = "MIT" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["tags"] = tags,
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["responses"] = new JsonObject { [Problem] = ProblemShape.Response() },
                ["securitySchemes"] = SecuritySchemes(),
            },
        };
        if (missing.Count > 0) merged["x-missing"] = new JsonArray([.. missing.Select(name => JsonValue.Create(name))]);
        foreach (var operation in paths.SelectMany(path => path.Value!.AsObject()).Where(IsOperation))
            AddExamples.To(operation.Value!.AsObject(), schemas);
        return merged;
    }

    private static JsonObject Operations(string service, string path, JsonObject item)
    {
        var copy = (JsonObject)item.DeepClone();
        copy.Remove("servers"); // There is one for all.
        foreach (var member in copy.Where(IsOperation).ToArray())
        {
            var operation = member.Value!.AsObject();
            operation["tags"] = new JsonArray(JsonValue.Create(service));
            operation["operationId"] ??= $"{service}-{member.Key}{Dashed(path)}";
            operation["summary"] ??= $"{member.Key.ToUpperInvariant()} {PathAtGateway(service, path)}";
            var responses = operation["responses"] as JsonObject ?? [];
            operation["responses"] = responses;
            foreach (var refused in responses.Where(response => response.Key[0] is '4' or '5').ToArray())
            {
                if (refused.Value is JsonObject told && told["content"] is null)
                    told["content"] = ProblemShape.Content();
            }
            responses.TryAdd("default", new JsonObject { ["$ref"] = "#/components/responses/Problem" });
        }
        return copy;
    }

    private static bool IsOperation(KeyValuePair<string, JsonNode?> member) => verbs.Contains(member.Key);

    // Classes such as \p{C} mean something else to most readers of JSON Schema: their patterns refuse what fits.
    private static void TakeOutForeignPatterns(JsonNode? node)
    {
        if (node is JsonArray many)
        {
            foreach (var each in many) TakeOutForeignPatterns(each);
        }
        if (node is not JsonObject one) return;
        if (one["pattern"] is JsonValue value && value.TryGetValue<string>(out var pattern)
            && pattern.Contains(@"\p{", StringComparison.Ordinal))
        {
            one.Remove("pattern");
        }
        foreach (var (_, member) in one) TakeOutForeignPatterns(member);
    }

    private static string Dashed(string path) =>
        string.Concat(path.Where(letter => letter is not ('{' or '}'))).Replace('/', '-').TrimEnd('-');

    private static string PathAtGateway(string service, string path)
    {
        var plain = path.Length > 1 ? path.TrimEnd('/') : path;
        return plain.StartsWith("/messaging/", StringComparison.Ordinal)
            ? $"/api/v1/services/{service}{plain}"
            : "/api/v1" + plain;
    }

    /// <summary>Names of schemas that mean different things: they differ, or what they refer to does.</summary>
    private static HashSet<string> Colliding(IReadOnlyDictionary<string, JsonObject> documents)
    {
        var all = documents.Values.SelectMany(SchemasOf).ToLookup(one => one.Key, one => one.Value);
        var apart = all
            .Where(name => name.Key == Problem || name.Skip(1).Any(other => !JsonNode.DeepEquals(name.First(), other)))
            .Select(name => name.Key).ToHashSet(StringComparer.Ordinal);
        int before;
        do
        {
            before = apart.Count;
            foreach (var name in all)
            {
                if (name.Count() > 1 && name.Any(schema => References(schema).Any(to => apart.Contains(NameOf(to)))))
                    apart.Add(name.Key);
            }
        }
        while (apart.Count > before);
        return apart;
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> SchemasOf(JsonObject document) =>
        document["components"]?["schemas"]?.AsObject() ?? [];

    private static string NameOf(JsonObject reference) => reference["$ref"]!.GetValue<string>()[SchemaPrefix.Length..];

    private static IEnumerable<JsonObject> References(JsonNode? node) => node switch
    {
        JsonObject one when one["$ref"] is JsonValue to
            && to.GetValue<string>().StartsWith(SchemaPrefix, StringComparison.Ordinal) => [one],
        JsonObject one => one.ToArray().SelectMany(member => References(member.Value)),
        JsonArray many => many.ToArray().SelectMany(References),
        _ => [],
    };

    private static JsonObject SecuritySchemes() => new()
    {
        ["bearer"] = new JsonObject
        {
            ["type"] = "http",
            ["scheme"] = "bearer",
            ["bearerFormat"] = "JWT",
            ["description"] = "An access token of this store, in the Authorization header.",
        },
        ["signIn"] = new JsonObject
        {
            ["type"] = "openIdConnect",
            ["openIdConnectUrl"] = "/.well-known/openid-configuration",
            ["description"] = "Where such a token comes from.",
        },
    };
}
