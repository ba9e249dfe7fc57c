using System.Globalization;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.ResponseCompression;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>
/// Answers of the routes that have a <c>cache</c> are kept for so long, or until their service's content changes, and
/// of many who ask for the same at once one asks the service. Such a route says the same to everybody, so it does not
/// matter who asks. An answer that says <c>no-cache</c> is for now alone: the service is asked again each time.
/// </summary>
internal sealed class KeepPublicAnswers(
    Generations generations, RouteFile routes, IResponseCompressionProvider compression) : IOutputCachePolicy
{
    public ValueTask CacheRequestAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var http = context.HttpContext;
        var route = http.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config;
        if (route?.Metadata?.TryGetValue(RouteEntry.CacheMark, out var life) != true
            || !HttpMethods.IsGet(http.Request.Method)
            || routes.CanaryOf(route.ClusterId!) is not null) // Two versions of it say two things.
        {
            context.EnableOutputCaching = false;
            return ValueTask.CompletedTask;
        }
        context.EnableOutputCaching = true;
        context.AllowCacheLookup = true;
        context.AllowCacheStorage = true;
        context.AllowLocking = true;
        context.ResponseExpirationTimeSpan = TimeSpan.Parse(life!, CultureInfo.InvariantCulture);
        var vary = context.CacheVaryByRules;
        vary.QueryKeys = "*";
        vary.VaryByValues["service"] = route.ClusterId!;
        vary.VaryByValues["generation"] = generations.Of(route.ClusterId!).ToString(CultureInfo.InvariantCulture);
        // Not by the header itself: everybody words it in another way.
        vary.VaryByValues["encoding"] = compression.CheckRequestAcceptsCompression(http)
            ? compression.GetCompressionProvider(http)?.EncodingName ?? ""
            : "";
        return ValueTask.CompletedTask;
    }

    public ValueTask ServeFromCacheAsync(OutputCacheContext context, CancellationToken cancellation) =>
        ValueTask.CompletedTask;

    public ValueTask ServeResponseAsync(OutputCacheContext context, CancellationToken cancellation)
    {
        var response = context.HttpContext.Response;
        var says = response.GetTypedHeaders().CacheControl;
        if (response.StatusCode != StatusCodes.Status200OK || response.Headers.SetCookie.Count > 0
            || says is { NoStore: true } or { Private: true } or { NoCache: true })
        {
            context.AllowCacheStorage = false;
        }
        return ValueTask.CompletedTask;
    }
}
