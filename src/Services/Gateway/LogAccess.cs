using System.Diagnostics;
using System.Security.Claims;

namespace Tessera.Gateway;

/// <summary>One line a request, when its answer is out.</summary>
internal sealed class LogAccess(RequestDelegate next, AccessLog log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var started = Stopwatch.GetTimestamp();
        var trace = Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
        try
        {
            await next(context);
        }
        finally
        {
            var proxy = context.Features.Get<Yarp.ReverseProxy.Model.IReverseProxyFeature>();
            log.Write(new AccessLine(
                context.Request.Method,
                context.Request.Path.Value ?? "",
                context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted
                    ? 499
                    : context.Response.StatusCode,
                Stopwatch.GetElapsedTime(started),
                proxy?.ProxiedDestination?.DestinationId,
                context.User.FindFirstValue("sub"),
                context.Connection.RemoteIpAddress?.ToString(),
                trace));
        }
    }
}

internal readonly record struct AccessLine(
    string Method, string Path, int Status, TimeSpan Duration,
    string? Upstream, string? User, string? Client, string TraceId);
