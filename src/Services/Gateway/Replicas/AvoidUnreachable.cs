using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>One broken connection takes a replica out for a moment: the others can serve, and the next
/// probe brings it back.</summary>
internal sealed class AvoidUnreachable(IDestinationHealthUpdater health) : IPassiveHealthCheckPolicy
{
    public const string PolicyName = "AvoidUnreachable";

    public string Name => PolicyName;

    public void RequestProxied(HttpContext context, ClusterState cluster, DestinationState destination)
    {
        var failure = context.GetForwarderErrorFeature();
        if (AskedTooMuch.Is(failure)) return;
        var error = failure?.Error ?? ForwarderError.None;
        if (error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.ResponseHeaders)
        {
            var pause = cluster.Model.Config.HealthCheck?.Passive?.ReactivationPeriod ?? TimeSpan.FromSeconds(2);
            health.SetPassive(cluster, destination, DestinationHealth.Unhealthy, pause);
        }
        else if (error == ForwarderError.None && destination.Health.Passive != DestinationHealth.Healthy)
        {
            health.SetPassive(cluster, destination, DestinationHealth.Healthy, TimeSpan.Zero);
        }
    }
}
