using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>A token bucket per client: twice the second's rate at once, then the rate. Each answer says what is left
/// of it.</summary>
internal sealed class LimitRate(RequestDelegate next, IOptions<GatewayOptions> options, IQuotas quotas)
{
    // As registered by the draft of the headers, which also says that the refusal names the policies.
    private const string QuotaExceeded = "https://iana.org/assignments/http-problem-types#quota-exceeded";
    private const string ViolatedPolicies = "violated-policies";

    public async Task InvokeAsync(HttpContext context)
    {
        // A probe must not be refused because strangers ask much, nor who asks this process for its metrics. The health
        // of the whole is work, and counts.
        if (HealthEndpoints.IsProbe(context.Request.Path) || OwnAddress.IsAsked(context))
        {
            await next(context);
            return;
        }
        var quota = QuotaOf(context, options.Value);
        var state = await quotas.TakeAsync(quota);
        // When the answer starts, not before: a cached answer must not bring the numbers of another client.
        context.Response.OnStarting(Told.Say, new Told(context.Response.Headers, quota, state));
        if (state.IsGranted)
        {
            await next(context);
            return;
        }
        var seconds = Math.Max(1, (int)Math.Ceiling(state.RetryAfter.TotalSeconds));
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await context.WriteProblem(StatusCodes.Status429TooManyRequests, new ProblemDetails
        {
            Type = QuotaExceeded,
            Detail = $"Too many requests. Try again in {seconds} s.",
            Extensions = { [ViolatedPolicies] = new[] { quota.Name } },
        });
    }

    /// <summary>Who asks, for all that is counted by client.</summary>
    public static string ClientOf(HttpContext context) =>
        context.User.FindFirstValue("sub") ?? ClientAddress.Of(context);

    private static ClientQuota QuotaOf(HttpContext context, GatewayOptions rates)
    {
        var route = context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config;
        if (route?.Metadata is { } marks)
        {
            if (marks.ContainsKey(RouteEntry.SignIn))
                return new("sign-in", ClientAddress.Of(context), rates.SignInsPerSecond);
            if (marks.TryGetValue(RouteEntry.RateMark, out var rate))
            {
                return new("route", $"{route.RouteId} {ClientOf(context)}",
                    int.Parse(rate, CultureInfo.InvariantCulture));
            }
        }
        var user = context.User;
        return user.FindFirstValue("sub") is not { } subject
            ? new("anonymous", ClientAddress.Of(context), rates.AnonymousPerSecond)
            : user.IsInRole("operator") ? new("operator", subject, rates.OperatorPerSecond)
            : new("customer", subject, rates.CustomerPerSecond);
    }

    private sealed class Told(IHeaderDictionary headers, ClientQuota quota, QuotaState state)
    {
        public static Task Say(object told)
        {
            ((Told)told).Say();
            return Task.CompletedTask;
        }

        private void Say()
        {
            headers["RateLimit-Policy"] = string.Create(
                CultureInfo.InvariantCulture, $"\"{quota.Name}\";q={quota.Full};w={ClientQuota.Seconds}");
            headers["RateLimit"] = state.ToHeader(quota);
        }
    }
}
