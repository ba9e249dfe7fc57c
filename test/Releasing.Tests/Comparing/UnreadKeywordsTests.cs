using System.Text.Json.Nodes;
using Tessera.Releasing.Comparing;
using Tessera.Releasing.Contracts;

namespace Tessera.Releasing.Tests.Comparing;

/// <summary>What a contract says in words that the gate does not know.</summary>
public sealed class UnreadKeywordsTests
{
    private const string Schema = """{ "type": "string", "default": "a" }""";

    public static TheoryData<string, string> Sayings() => new()
    {
        { "multipleOf", Http("""{ "type": "integer", "multipleOf": 5 }""") },
        { "allOf", Http("""{ "type": "object", "properties": { "a": { "allOf": [] } } }""") },
        { "const", Http("""{ "type": "array", "items": { "const": 1 } }""") },
        { "not", Http("""{ "additionalProperties": { "not": {} } }""") },
        { "uniqueItems", Http("""{ "oneOf": [{ "type": "null" }, { "uniqueItems": true }] }""") },
        { "patternProperties", Http("""{ "anyOf": [{ "patternProperties": {} }] }""") },
        { "headers", Http(Schema, response: """, "headers": {}""") },
        { "encoding", Http(Schema, media: """, "encoding": {}""") },
        { "style", Http(Schema, parameter: """, "style": "form" """) },
        { "callbacks", Http(Schema, operation: """, "callbacks": {}""") },
        { "servers", Http(Schema, path: """, "servers": []""") },
    };

    [Theory, MemberData(nameof(Sayings))]
    public void Names_what_nobody_compares_wherever_it_stands(string keyword, string http)
    {
        Assert.Contains($" says {keyword}, which the gate does not compare",
            Assert.Single(UnreadKeywords.In(Contract(http))), StringComparison.Ordinal);
        Assert.Empty(UnreadKeywords.In(Contract(Http(Schema))));
    }

    [Fact]
    public void Names_it_in_an_event_and_in_a_shape_that_has_a_name()
    {
        var shape = Write.Shape("{a!:int}");
        shape["x-key"] = "a";
        var contract = Contract("""{ "components": { "schemas": { "A": { "dependentRequired": {} } } } }""") with
        {
            Events = new Dictionary<string, JsonObject> { ["a.b.v1"] = shape },
        };
        Assert.Contains("schema A says dependentRequired", Assert.Single(UnreadKeywords.In(contract)),
            StringComparison.Ordinal);
        shape["properties"]!["a"]!["x-key"] = "a";
        Assert.Contains(UnreadKeywords.In(contract), fault => fault.Contains("a.b.v1 says x-key"));
    }

    private static ServiceContract Contract(string http) => new(
        "orders", "1.0.0", JsonNode.Parse(http)!.AsObject(), new Dictionary<string, JsonObject>(),
        new Dictionary<string, string>());

    private static string Http(
        string schema, string path = "", string operation = "", string parameter = "", string response = "",
        string media = "") =>
        $$"""
        { "paths": { "/orders": { "get": {
            "parameters": [{ "in": "query", "name": "a", "schema": {{Schema}}{{parameter}} }],
            "responses": { "200": { "content": { "text/json": { "schema": {{schema}}{{media}} } }{{response}} } }
            {{operation}} }{{path}} } } }
        """;
}
