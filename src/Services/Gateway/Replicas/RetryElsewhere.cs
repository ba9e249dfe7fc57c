using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>
/// Tries again, on another replica if there is one, what cannot have a second effect: a request that was never sent,
/// one that only reads, and one whose key the service knows again (the route says so). Everything else is the client's
/// to decide; it gets a problem document that says who failed.
/// </summary>
internal sealed class RetryElsewhere(RequestDelegate next, RetryBudget budget, IOptions<RetryOptions> options)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        var service = proxy.Route.Config.ClusterId!;
        var left = proxy.AvailableDestinations;
        var kept = IsKeyed(context, proxy)
            ? await KeptBody.ReadAsync(context, options.Value.BodySizeBytesMax)
            : null;
        budget.Asked(service);
        for (var attempt = 0; ; attempt++)
        {
            if (kept is not null) context.Request.Body = new MemoryStream(kept, writable: false);
            await next(context);
            if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted) return;
            if (attempt >= options.Value.PerRequestMax || !IsSafeToRetry(context, failure, kept is not null)
                || !budget.TrySpend(service))
            {
                await ExplainAsync(context, proxy, failure);
                return;
            }
            if (proxy.ProxiedDestination is { } failed) left = Others(left, failed, proxy);
            proxy.AvailableDestinations = left;
            proxy.ProxiedDestination = null;
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.Clear();
        }
    }

    // When no other is known to be well, one that is not may be by now: better than the one that just failed.
    private static IReadOnlyList<DestinationState> Others(
        IReadOnlyList<DestinationState> left, DestinationState failed, IReverseProxyFeature proxy)
    {
        DestinationState[] others = [.. left.Where(other => other != failed)];
        if (others.Length > 0) return others;
        others = [.. proxy.AllDestinations.Where(other => other != failed && !ReplicaNotes.Of(other).IsStopping)];
        return others.Length > 0 ? others : left;
    }

    private static bool IsKeyed(HttpContext context, IReverseProxyFeature proxy) =>
        HttpMethods.IsPost(context.Request.Method)
        && context.Request.Headers.ContainsKey(IdempotencyKey.Header)
        && proxy.Route.Config.Metadata?.ContainsKey(RouteEntry.RetryKeyed) == true;

    private static bool IsSafeToRetry(HttpContext context, IForwarderErrorFeature failure, bool isRepeatable)
    {
        if (context.RequestAborted.IsCancellationRequested) return false;
        // No connection, no request: not even the body was touched.
        if (failure.Exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            return true;
        }
        return (isRepeatable || ReadsOnly(context))
            && failure.Error is ForwarderError.Request or ForwarderError.ResponseHeaders
                or ForwarderError.RequestBodyDestination;
    }

    // One with a body, as some searches have: the first attempt may have read of it what the second would need.
    private static bool ReadsOnly(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true;

    private static Task ExplainAsync(HttpContext context, IReverseProxyFeature proxy, IForwarderErrorFeature failure)
    {
        if (context.Features.Get<IHttpRequestTimeoutFeature>() is { RequestTimeoutToken.IsCancellationRequested: true })
        {
            // The route's own bound: to the forwarder it looks as if the client had gone.
            context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
            return Task.CompletedTask; // The document is written where the bound has no power any more.
        }
        var service = proxy.Route.Config.ClusterId;
        if (AskedTooMuch.Is(failure)) return LimitConcurrency.RefuseAsync(context, service!);
        // A service that breaks off while the body is on its way looks like a fault of the client's; it is none.
        var status = RefusalOf(failure.Exception)?.StatusCode
            ?? (context.Response.StatusCode is >= 400 and < 500
                ? StatusCodes.Status502BadGateway
                : context.Response.StatusCode);
        // The store is whole without it: that it is not there is no fault of anybody's.
        var isOptional = Shop.Foreign.Any(foreign => foreign.Name == service)
            && status == StatusCodes.Status502BadGateway;
        if (isOptional) status = StatusCodes.Status503ServiceUnavailable;
        if (status >= 500) context.Response.Headers.RetryAfter = "1";
        if (context.RequestAborted.IsCancellationRequested || status < 400) return Task.CompletedTask;
        return context.WriteProblem(status, status switch
        {
            StatusCodes.Status504GatewayTimeout => $"The service '{service}' did not answer in time.",
            _ when isOptional =>
                $"The service '{service}' is not started in this store, or cannot be reached now. Try again later.",
            StatusCodes.Status413PayloadTooLarge => "The request body is larger than is allowed here.",
            >= 500 => $"The service '{service}' cannot be reached now. Try again.",
            _ => $"The request could not be passed on ({failure.Error}).",
        });
    }

    // What was wrong with the client's body stands somewhere inside of what the forwarder caught.
    private static BadHttpRequestException? RefusalOf(Exception? failure) => failure switch
    {
        BadHttpRequestException refusal => refusal,
        // What the server makes of the size of a chunk that no number holds.
        IOException { InnerException: OverflowException } => new BadHttpRequestException("Bad chunk size data."),
        AggregateException many =>
            many.InnerExceptions.Select(RefusalOf).FirstOrDefault(refusal => refusal is not null),
        not null => RefusalOf(failure.InnerException),
        null => null,
    };
}
