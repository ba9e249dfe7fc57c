using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>
/// So many requests to a service at once, a few that wait, and 503 for the rest at once: a service that is asked for
/// more than it can do would answer everybody too late. Each service has places of its own, so that one that hangs
/// does not take the others' with it.
/// </summary>
internal sealed class LimitConcurrency : IDisposable
{
    private readonly RequestDelegate _next;
    private readonly TimeSpan _waitMax;
    private readonly TimeProvider _clock;
    private readonly CancellationToken _stopping;
    private readonly PartitionedRateLimiter<string> _services;
    private readonly PartitionedRateLimiter<string> _clients;

    public LimitConcurrency(
        RequestDelegate next, IOptions<LimitOptions> options, TimeProvider clock, IHostApplicationLifetime process)
    {
        (_next, _clock, _waitMax) = (next, clock, options.Value.QueueWaitMax);
        _stopping = process.ApplicationStopping;
        _services = Places(options.Value.ConcurrentMax, options.Value.QueueMax);
        _clients = Places(options.Value.PerClientMax, queued: 0);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.ClusterId is not { } service)
        {
            await _next(context);
            return;
        }
        using var own = _clients.AttemptAcquire(LimitRate.ClientOf(context));
        if (!own.IsAcquired)
        {
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests,
                "Too many requests of yours are under way. Try again in 1 s.");
            return;
        }
        using var place = await AcquireAsync(service, context.RequestAborted);
        if (place is not { IsAcquired: true })
        {
            await RefuseAsync(context, service);
            return;
        }
        context.Response.OnStarting(Held.LeaveIfOpen, new Held(context, own, place, _stopping));
        await _next(context);
    }

    /// <summary>For a service that has too much to do.</summary>
    public static Task RefuseAsync(HttpContext context, string service) => RefuseAsync(
        context, StatusCodes.Status503ServiceUnavailable,
        $"The service '{service}' has more to do than it can. Try again in 1 s.");

    public void Dispose()
    {
        _services.Dispose();
        _clients.Dispose();
    }

    private async ValueTask<RateLimitLease?> AcquireAsync(string service, CancellationToken gone)
    {
        var lease = _services.AttemptAcquire(service);
        if (lease.IsAcquired) return lease;
        lease.Dispose();
        using var patience = new CancellationTokenSource(_waitMax, _clock);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, gone);
        try
        {
            return await _services.AcquireAsync(service, 1, end.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        if (context.RequestAborted.IsCancellationRequested) return Task.CompletedTask;
        context.Response.Headers.RetryAfter = "1";
        return context.WriteProblem(status, why);
    }

    private static PartitionedRateLimiter<string> Places(int permits, int queued) =>
        PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetConcurrencyLimiter(
            key, _ => new ConcurrencyLimiterOptions
            {
                PermitLimit = permits,
                QueueLimit = queued,
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            }), StringComparer.Ordinal);

    /// <summary>What stays open for hours is no work: events and sockets give their places back when they begin, and
    /// end when the process is told to.</summary>
    private sealed class Held(
        HttpContext context, RateLimitLease own, RateLimitLease place, CancellationToken stopping)
    {
        public static Task LeaveIfOpen(object held)
        {
            ((Held)held).LeaveIfOpen();
            return Task.CompletedTask;
        }

        private void LeaveIfOpen()
        {
            var response = context.Response;
            if (response.StatusCode != StatusCodes.Status101SwitchingProtocols
                && response.ContentType?.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase) != true
                && context.Features.Get<IHttpExtendedConnectFeature>()?.IsExtendedConnect != true) return;
            place.Dispose();
            own.Dispose();
            // The server waits for what is under way before it stops, and would for these until it gives up. Their
            // clients come back, to another gateway.
            response.RegisterForDispose(stopping.UnsafeRegister(
                static open => ((HttpContext)open!).Abort(), context));
        }
    }
}
