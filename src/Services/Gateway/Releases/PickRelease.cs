using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>Where a service has a canary, leaves of its replicas those of the version that the user gets. With none of
/// them well, any version is better than none.</summary>
internal sealed class PickRelease(RequestDelegate next, RouteFile routes)
{
    public const string Mark = "release";

    public Task InvokeAsync(HttpContext context)
    {
        var proxy = context.GetReverseProxyFeature();
        if (routes.CanaryOf(proxy.Route.Config.ClusterId!) is { } canary)
        {
            var isNew = canary.IsFor(context);
            DestinationState[] wanted = [.. proxy.AvailableDestinations.Where(replica => IsNew(replica) == isNew)];
            if (wanted.Length > 0) proxy.AvailableDestinations = wanted;
            // Said only now: what the service answers with would be put in its place, and a second attempt may have
            // gone to the other version.
            context.Response.OnStarting(() =>
            {
                if (proxy.ProxiedDestination is { } asked) isNew = IsNew(asked);
                else if (wanted.Length == 0) isNew = !isNew;
                context.Response.Headers[Canary.Header] = isNew ? Canary.New : Canary.Old;
                return Task.CompletedTask;
            });
        }
        return next(context);
    }

    private static bool IsNew(DestinationState replica) =>
        replica.Model.Config.Metadata?.ContainsKey(Mark) == true;
}
