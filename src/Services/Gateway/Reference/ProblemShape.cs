using System.Text.Json.Nodes;

namespace Tessera.Gateway;

/// <summary>How every refusal of the store looks (RFC 9457), for the OpenAPI document.</summary>
internal static class ProblemShape
{
    public static JsonObject Schema() => JsonNode.Parse(
        """
        {
          "type": "object",
          "description": "What went wrong, for people and for programs (RFC 9457).",
          "required": ["type", "title", "status"],
          "properties": {
            "type": { "type": "string", "format": "uri-reference" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "detail": { "type": "string", "description": "What, which, and what to do." },
            "instance": { "type": "string", "format": "uri-reference" },
            "code": { "type": "string", "description": "For programs, where the status does not say enough." },
            "violated-policies": {
              "type": "array",
              "description": "Which quotas are used up, by their names in RateLimit-Policy.",
              "items": { "type": "string" }
            },
            "errors": {
              "type": "object",
              "description": "By the members of the request that are wrong.",
              "additionalProperties": { "type": "array", "items": { "type": "string" } }
            },
            "traceId": { "type": "string", "description": "Finds the request in the logs." }
          }
        }
        """)!.AsObject();

    public static JsonObject Response() => new()
    {
        ["description"] = "The request is refused, or failed.",
        ["content"] = Content(),
    };

    public static JsonObject Content() => new()
    {
        ["application/problem+json"] = new JsonObject
        {
            ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/Problem" },
            ["example"] = JsonNode.Parse(
                """
                {
                  "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
                  "title": "Too Many Requests",
                  "status": 429,
                  "detail": "Too many requests. Try again in 1 s.",
                  "instance": "/api/v1/products",
                  "violated-policies": ["anonymous"],
                  "traceId": "4bf92f3577b34da6a3ce929d0e0e4736"
                }
                """),
        },
    };
}
