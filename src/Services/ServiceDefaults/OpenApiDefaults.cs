using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace Tessera.ServiceDefaults;

/// <summary><c>/openapi/v1.json</c> says what the service offers; <c>/scalar</c> shows it to people.</summary>
internal static class OpenApiDefaults
{
    public const string Document = "v1";

    public static IServiceCollection AddOpenApiDefaults(this IServiceCollection services, string service) =>
        services.AddOpenApi(Document, api =>
        {
            api.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = $"Tessera {service}", Version = "v1" };
                document.Servers = ServersOf(document, service);
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
                document.Components.SecuritySchemes["bearer"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                };
                return Task.CompletedTask;
            });
            api.AddSchemaTransformer((schema, context, _) =>
            {
                // Of a type with a converter of ours (PlainTextConverter) the generator says nothing.
                if (context.JsonTypeInfo.Type == typeof(string) && schema.Type is null)
                {
                    schema.Type = context.JsonPropertyInfo is { IsSetNullable: true }
                        ? JsonSchemaType.String | JsonSchemaType.Null
                        : JsonSchemaType.String;
                }
                if (schema.Items is null && context.JsonTypeInfo.ElementType == typeof(string))
                    schema.Items = new OpenApiSchema { Type = JsonSchemaType.String };
                // What another service gave is passed on, whatever it is.
                var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
                if (type == typeof(JsonElement)) schema.Type = JsonSchemaType.Object;
                else if (schema.Items is null && context.JsonTypeInfo.ElementType == typeof(JsonElement))
                    schema.Items = new OpenApiSchema { Type = JsonSchemaType.Object };
                return Task.CompletedTask;
            });
            api.AddOperationTransformer((operation, context, _) =>
            {
                var metadata = context.Description.ActionDescriptor.EndpointMetadata;
                if (metadata.OfType<IAuthorizeData>().Any() && !metadata.OfType<IAllowAnonymous>().Any())
                {
                    operation.Security =
                        [new() { [new OpenApiSecuritySchemeReference("bearer", context.Document)] = [] }];
                    operation.Responses ??= [];
                    operation.Responses.TryAdd(
                        "401", new OpenApiResponse { Description = "No token, or a refused one." });
                    operation.Responses.TryAdd(
                        "403", new OpenApiResponse
                        {
                            Description = "The token's role does not allow this." + ScopeOf(metadata),
                        });
                    if (metadata.OfType<NeededScope>().LastOrDefault() is { } needed)
                    {
                        operation.Extensions ??= new Dictionary<string, IOpenApiExtension>();
                        operation.Extensions["x-scope"] = new JsonNodeExtension(needed.Scope);
                    }
                }
                return Task.CompletedTask;
            });
        });

    private static string ScopeOf(IEnumerable<object> metadata) =>
        metadata.OfType<NeededScope>().LastOrDefault() is { } needed ? $" It needs the scope {needed.Scope}." : "";

    // At the service's own port there is nothing to add to the paths. Behind the gateway they stand under its prefix,
    // and what every service has alike under that and the service's name, from where this document was fetched.
    private static List<OpenApiServer> ServersOf(OpenApiDocument document, string service)
    {
        var url = document.Servers?.FirstOrDefault()?.Url ?? "";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var asked) || asked.AbsolutePath.Trim('/') is not { Length: > 0 })
            return [];
        var inner = asked.AbsolutePath.TrimEnd('/');
        var shared = inner.EndsWith($"/services/{service}", StringComparison.Ordinal)
            ? inner[..^$"/services/{service}".Length]
            : inner;
        foreach (var (path, item) in document.Paths)
        {
            if (path.StartsWith("/messaging/", StringComparison.Ordinal) && item is OpenApiPathItem own)
                own.Servers = [new OpenApiServer { Url = inner }];
        }
        return [new OpenApiServer { Url = shared }];
    }

    public static void MapOpenApiDefaults(this IEndpointRouteBuilder routes, string service)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        routes.MapScalarApiReference("/scalar", scalar => scalar.WithTitle($"Tessera {service}")).AllowAnonymous();
    }
}
