using System.Net;
using Tessera.ServiceDefaults;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;

namespace Tessera.Gateway;

/// <summary>The services and their replicas.</summary>
internal static class Clusters
{
    public static IReadOnlyList<ClusterConfig> All(IConfiguration configuration, GatewayOptions options) =>
        [.. Shop.Services.Select(service => Cluster(service, ServiceAddresses.Of(configuration, service), options))];

    private static ClusterConfig Cluster(string service, IReadOnlyList<Uri> addresses, GatewayOptions options) => new()
    {
        ClusterId = service,
        LoadBalancingPolicy = PickReplica.PolicyName,
        Destinations = addresses
            .Select((address, index) => (Name: $"{service}-{index + 1}", address))
            .ToDictionary(
                replica => replica.Name, replica => new DestinationConfig { Address = replica.address.AbsoluteUri }),
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
