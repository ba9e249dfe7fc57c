using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Tests.Comparing;

public sealed class CompareOperationsTests
{
    private const string Order =
        """
        { "paths": { "/orders/{id}": { "put": {
            "parameters": [{ "in": "path", "name": "id", "required": true, "schema": { "type": "string" } },
                { "in": "query", "name": "dry", "schema": { "type": "boolean", "default": false } }],
            "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Change" } } } },
            "responses": { "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/View" } } } },
                "404": { "description": "None." } } } } },
          "components": { "schemas": {
            "Change": { "type": "object", "properties": { "note": { "type": "string" } } },
            "View": { "type": "object", "properties": { "note": { "type": "string" } }, "required": ["note"] } } } }
        """;

    /// <summary>A rule, a change that it catches, and one near it that it lets pass: path in the document, and the
    /// value that is put there; none to take out what stands there.</summary>
    public static TheoryData<string, string, string?, string, string?> Samples() => new()
    {
        { "operation-removed", "paths//orders/{id}/put", null, "paths//orders/{id}/get", "{}" },
        { "operation-removed", "paths//orders/{id}", null, "paths//baskets", "{ \"get\": {} }" },
        {
            "required-added", "parameters/2",
            """{ "in": "query", "name": "currency", "required": true, "schema": { "type": "string" } }""",
            "parameters/2", """{ "in": "query", "name": "currency", "schema": { "type": "string" } }"""
        },
        { "became-required", "parameters/1/required", "true", "parameters/1/required", "false" },
        {
            "default-changed", "parameters/1/schema/default", "true",
            "parameters/1/schema/description", "\"Try it.\""
        },
        {
            "default-changed", "components/schemas/Change/properties/note/default", "\"none\"",
            "components/schemas/View/properties/note/default", "\"none\""
        },
        { "parameter-removed", "parameters/1", null, "parameters/0/name", "\"order\"" },
        { "became-required", "requestBody/required", "true", "requestBody/required", "false" },
        { "request-body-removed", "requestBody", null, "requestBody/required", "true" },
        { "status-removed", "responses/200", null, "responses/404", null },
        {
            "media-type-removed", "responses/200/content/application~json", null,
            "responses/200/content/text~csv", "{}"
        },
        {
            "media-type-removed", "requestBody/content/application~json", null,
            "requestBody/content/text~csv", "{}"
        },
        { "token-required", "security", "[{ \"bearer\": [] }]", "summary", "\"Changes it.\"" },
        { "scope-added", "x-scope", "\"orders.write\"", "deprecated", "true" },
        {
            "property-removed", "components/schemas/View/properties/note", null,
            "components/schemas/View/properties/more", """{ "type": "string" }"""
        },
        {
            "required-added", "components/schemas/Change/required", "[\"why\"]",
            "components/schemas/Change/properties/why", """{ "type": "string" }"""
        },
    };

    [Theory, MemberData(nameof(Samples))]
    public void Catches_what_clients_feel(string rule, string at, string? value, string near, string? other)
    {
        Assert.Contains(rule, Breaches(Changed(at, value)).Select(breach => breach.Rule));
        Assert.DoesNotContain(rule, Breaches(Changed(near, other)).Select(breach => breach.Rule));
    }

    [Fact]
    public void Names_of_path_parameters_say_nothing_to_clients() => Assert.Empty(Breaches(JsonNode.Parse(
        Order.Replace("{id}", "{order}", StringComparison.Ordinal)
            .Replace("\"id\"", "\"order\"", StringComparison.Ordinal))!.AsObject()));

    [Fact]
    public void An_operation_may_go_when_the_newest_release_that_had_it_said_so()
    {
        var without = Changed("paths//orders/{id}/put", null);
        Assert.NotEmpty(Gate.Breaches(Contract("1.2.0", without), [Contract("1.0.0", Parsed())], []));
        Assert.Empty(Gate.Breaches(
            Contract("1.2.0", without),
            [Contract("1.0.0", Parsed()), Contract("1.1.0", Changed("deprecated", "true"))], []));
    }

    [Fact]
    public void Catches_that_a_service_offers_no_operation_any_more()
    {
        var breaches = Gate.Breaches(Contract("1.2.0", null), [Contract("1.0.0", Parsed())], []);
        Assert.Equal("operation-removed", Assert.Single(breaches).Rule);
        Assert.Empty(Gate.Breaches(Contract("1.2.0", null), [Contract("1.1.0", Changed("deprecated", "true"))], []));
    }

    private static ServiceContract Contract(string version, JsonObject? http) => new(
        "orders", version, http, new Dictionary<string, JsonObject>(), new Dictionary<string, string>());

    private static IReadOnlyList<Breach> Breaches(JsonObject now) =>
        [.. CompareOperations.Breaches(Parsed(), now, _ => false)];

    private static JsonObject Parsed() => JsonNode.Parse(Order)!.AsObject();

    /// <param name="path">From the document where it begins with <c>paths</c> or <c>components</c>, from the operation
    /// else; <c>~</c> stands for a slash within a name.</param>
    private static JsonObject Changed(string path, string? value)
    {
        var document = Parsed();
        var steps = path.Replace("/orders/{id}", "~orders~{id}", StringComparison.Ordinal)
            .Replace("/baskets", "~baskets", StringComparison.Ordinal).Split('/')
            .Select(step => step.Replace('~', '/')).ToArray();
        JsonNode at = path.StartsWith("paths", StringComparison.Ordinal)
            || path.StartsWith("components", StringComparison.Ordinal)
            ? document
            : document["paths"]!["/orders/{id}"]!["put"]!;
        foreach (var step in steps[..^1]) at = (at is JsonArray list
            ? list[int.Parse(step, System.Globalization.CultureInfo.InvariantCulture)] : at[step])!;
        var fresh = value is null ? null : JsonNode.Parse(value);
        if (at is JsonArray items)
        {
            var number = int.Parse(steps[^1], System.Globalization.CultureInfo.InvariantCulture);
            if (number == items.Count) items.Add(fresh);
            else items.RemoveAt(number);
        }
        else if (value is null) at.AsObject().Remove(steps[^1]);
        else at[steps[^1]] = fresh;
        return document;
    }
}
