using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>A token bucket per client: twice the second's rate at once, then the rate.</summary>
internal sealed class LimitRate : IDisposable
{
    private readonly RequestDelegate _next;
    private readonly PartitionedRateLimiter<HttpContext> _limiter;

    public LimitRate(RequestDelegate next, IOptions<GatewayOptions> options)
    {
        _next = next;
        var rates = options.Value;
        _limiter = PartitionedRateLimiter.Create<HttpContext, string>(
            context => Partition(context, rates), StringComparer.Ordinal);
    }

    public async Task InvokeAsync(HttpContext context)
    {
        // A probe must not be refused because strangers ask much. The health of the whole is work, and counts.
        if (context.Request.Path.StartsWithSegments("/health", out var probe) && probe.HasValue)
        {
            await _next(context);
            return;
        }
        using var lease = _limiter.AttemptAcquire(context);
        if (lease.IsAcquired)
        {
            await _next(context);
            return;
        }
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await context.WriteProblem(
            StatusCodes.Status429TooManyRequests, $"Too many requests. Try again in {seconds} s.");
    }

    public void Dispose() => _limiter.Dispose();

    private static RateLimitPartition<string> Partition(HttpContext context, GatewayOptions rates)
    {
        var user = context.User;
        if (IsSignIn(context)) return Bucket("sign-in " + ClientAddress.Of(context), rates.SignInsPerSecond);
        return user.FindFirstValue("sub") is not { } subject
            ? Bucket("address " + ClientAddress.Of(context), rates.AnonymousPerSecond)
            : user.IsInRole("operator") ? Bucket("operator " + subject, rates.OperatorPerSecond)
            : Bucket("user " + subject, rates.CustomerPerSecond);
    }

    private static bool IsSignIn(HttpContext context) => context.GetEndpoint()?.Metadata
        .GetMetadata<RouteModel>()?.Config.Metadata?.ContainsKey(RouteEntry.SignIn) == true;

    private static RateLimitPartition<string> Bucket(string client, int perSecond) =>
        RateLimitPartition.GetTokenBucketLimiter(client, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = perSecond * 2,
            TokensPerPeriod = Math.Max(1, perSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / 10) / (double)perSecond),
            QueueLimit = 0,
            AutoReplenishment = false, // The partitioned limiter replenishes all its buckets with one timer.
        });
}
