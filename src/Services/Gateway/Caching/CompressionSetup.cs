using System.IO.Compression;
using Microsoft.AspNetCore.ResponseCompression;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>
/// What is public is compressed where the client takes it: routes with <c>compress</c> and the reference. Not the rest:
/// a page that has a secret and repeats what it was sent would tell the secret by its length (BREACH).
/// </summary>
internal static class CompressionSetup
{
    private const long CacheBytesMax = 32 * 1024 * 1024;
    private const long AnswerBytesMax = 256 * 1024;

    public static void AddCaching(this IServiceCollection services)
    {
        services.AddSingleton<Generations>();
        services.AddSingleton<KeepPublicAnswers>();
        services.AddOutputCache(cache =>
        {
            cache.UseCaseSensitivePaths = true; // What letter case means is the service's to say.
            cache.SizeLimit = CacheBytesMax;
            cache.MaximumBodySize = AnswerBytesMax;
        });
        services.AddOptions<Microsoft.AspNetCore.OutputCaching.OutputCacheOptions>()
            .Configure<KeepPublicAnswers>((cache, policy) => cache.AddBasePolicy(policy));
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.Providers.Add<BrotliCompressionProvider>();
            compression.Providers.Add<GzipCompressionProvider>();
            compression.MimeTypes = ["application/json", "application/problem+json", "text/html", "text/javascript"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
    }

    public static void UseCaching(this WebApplication app)
    {
        app.UseMiddleware<TagByEncoding>();
        app.UseOutputCache();
        // Inside of the cache: an answer is compressed once and kept so.
        app.UseWhen(IsCompressed, branch => branch.UseResponseCompression());
    }

    public static bool IsCompressed(HttpContext context) => context.GetEndpoint() is { } endpoint
        && (endpoint.Metadata.GetMetadata<Compressed>() is not null
            || endpoint.Metadata.GetMetadata<RouteModel>()?.Config.Metadata
                ?.ContainsKey(RouteEntry.CompressMark) == true);
}

/// <summary>Marks an endpoint of the gateway's own whose answers are compressed.</summary>
internal sealed record Compressed;
