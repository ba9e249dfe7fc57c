using System.Text.Json.Nodes;

namespace Tessera.Gateway.Tests;

public sealed class MergeDocumentsTests
{
    [Fact]
    public void Keeps_shapes_of_one_name_apart_and_those_that_refer_to_them()
    {
        var merged = MergeDocuments.Of(new Dictionary<string, JsonObject>
        {
            ["orders"] = Document("/orders", """
                "Line": { "type": "object", "properties": { "sku": { "type": "string" } } },
                "Page": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } },
                "Money": { "type": "integer" }
                """),
            ["payments"] = Document("/payments", """
                "Line": { "type": "object", "properties": {
                    "amount": { "type": "integer" }, "new": { "type": "string", "minLength": 10 } } },
                "Page": { "type": "array", "items": { "$ref": "#/components/schemas/Line" } },
                "Money": { "type": "integer" }
                """),
        }, []);
        var schemas = merged["components"]!["schemas"]!.AsObject();
        Assert.Equal(["Money", "Problem", "orders.Line", "orders.Page", "payments.Line", "payments.Page"],
            schemas.Select(schema => schema.Key).Order(StringComparer.Ordinal));
        Assert.Equal("#/components/schemas/payments.Line", (string?)schemas["payments.Page"]!["items"]!["$ref"]);
        var content = merged["paths"]!["/api/v1/payments"]!["get"]!["responses"]!["200"]!["content"]!;
        Assert.Equal("#/components/schemas/payments.Page", (string?)content["application/json"]!["schema"]!["$ref"]);
        Assert.Equal(1, (long?)content["application/json"]!["example"]![0]!["amount"]);
        Assert.InRange(((string?)content["application/json"]!["example"]![0]!["new"])!.Length, 10, 20);
        Assert.False(merged.ContainsKey("x-missing"));
    }

    [Fact]
    public void Names_what_it_does_not_know()
    {
        var merged = MergeDocuments.Of(
            new Dictionary<string, JsonObject> { ["orders"] = Document("/messaging/status", "") }, ["payments"]);
        Assert.Equal("payments", (string?)merged["x-missing"]![0]);
        Assert.True(merged["paths"]!.AsObject().ContainsKey("/api/v1/services/orders/messaging/status"));
    }

    private static JsonObject Document(string path, string schemas) => JsonNode.Parse($$"""
        {
          "openapi": "3.1.1",
          "paths": { "{{path}}": { "get": { "responses": { "200": {
            "description": "OK",
            "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Page" } } }
          } } } } },
          "components": { "schemas": { {{schemas}} } }
        }
        """)!.AsObject();
}
