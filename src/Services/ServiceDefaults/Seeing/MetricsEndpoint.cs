using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OpenTelemetry.Exporter;

namespace Tessera.ServiceDefaults;

/// <summary><c>GET /metrics</c>, for Prometheus, at the process's own address only: to whoever comes by way of the
/// gateway nothing stands there.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    public static void Configure(PrometheusAspNetCoreOptions options)
    {
        // One name for all of a process's instruments is enough: the meter's stands in theirs.
        options.ScopeInfoEnabled = false;
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes) => routes
        .MapPrometheusScrapingEndpoint(
            Path, meterProvider: null, branch => branch.Use(OnlyAtOwnAddressAsync), optionsName: null)
        .AllowAnonymous().ExcludeFromDescription().DisableHttpMetrics();

    private static Task OnlyAtOwnAddressAsync(HttpContext context, RequestDelegate next)
    {
        if (!OwnAddress.IsAsked(context))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }
        if (HttpMethods.IsGet(context.Request.Method)) return next(context);
        context.Response.Headers.Allow = "GET, HEAD";
        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        return Task.CompletedTask;
    }
}
