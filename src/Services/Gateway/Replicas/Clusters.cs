using System.Net;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace Tessera.Gateway;

/// <summary>The services and their replicas.</summary>
internal static class Clusters
{
    public static IReadOnlyList<ClusterConfig> All(
        IConfiguration configuration, GatewayOptions options, IEnumerable<Canary> canaries)
    {
        var canaryOf = canaries.ToDictionary(canary => canary.Service!, StringComparer.Ordinal);
        return [.. Shop.Routed.Select(service => Cluster(
            service, ServiceAddresses.Of(configuration, service), canaryOf.GetValueOrDefault(service), options))];
    }

    private static IEnumerable<(string Name, DestinationConfig Replica)> Replicas(
        string service, IReadOnlyList<Uri> addresses, Canary? canary) =>
        addresses.Select((address, index) =>
                ($"{service}-{index + 1}", new DestinationConfig { Address = address.AbsoluteUri }))
            // A replica that became the canary is not the old version as well.
            .Where(replica => canary?.IsAt(new Uri(replica.Item2.Address)) != true)
            .Concat((canary?.Addresses ?? []).Select((address, index) =>
                ($"{service}-canary-{index + 1}", new DestinationConfig
                {
                    Address = address,
                    Metadata = new Dictionary<string, string> { [PickRelease.Mark] = Canary.New },
                })));

    private static ClusterConfig Cluster(
        string service, IReadOnlyList<Uri> addresses, Canary? canary, GatewayOptions options) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = PickReplica.PolicyName,
        Destinations = Replicas(service, addresses, canary)
            .ToDictionary(replica => replica.Name, replica => replica.Replica),
        HttpRequest = new ForwarderRequestConfig
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = options.UpstreamTimeout,
        },
        HealthCheck = new HealthCheckConfig
        {
            // With no replica known healthy, trying one is better than refusing all.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
            Passive = new PassiveHealthCheckConfig
            {
                Enabled = true,
                Policy = AvoidUnreachable.PolicyName,
                ReactivationPeriod = options.ProbeInterval,
            },
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = options.ProbeInterval,
                Timeout = TimeSpan.FromSeconds(2),
                Policy = ProbeReplicas.PolicyName,
                Path = "/health/ready",
            },
        },
    };
}
