using Scalar.AspNetCore;

namespace Tessera.Gateway;

/// <summary>The OpenAPI document of the whole, and its page for people.</summary>
internal static class ReferenceSetup
{
    public const string DocumentPath = "/openapi/v1.json";
    private static readonly string[] reads = ["GET", "HEAD"];

    public static void AddReference(this IServiceCollection services) => services.AddSingleton<ReadDocuments>();

    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods(DocumentPath, reads, async (ReadDocuments documents, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return TypedResults.Bytes(await documents.MergedAsync(context.RequestAborted), "application/json");
        }).AllowAnonymous().WithMetadata(new Compressed());
        routes.MapScalarApiReference("/docs", reference => reference
            .WithTitle("Tessera").AddDocument("v1", "Tessera", DocumentPath))
            .AllowAnonymous().WithMetadata(new Compressed());
    }
}
