using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.ServiceDiscovery;
using Tessera.Messaging;

namespace Tessera.Gateway;

internal static class ReplicasSetup
{
    public static void AddReplicas(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RetryOptions>().Bind(configuration.GetSection(RetryOptions.Section))
            .ValidateKeys(RetryOptions.Section).ValidateOnStart();
        services.AddSingleton<RetryBudget>();
        services.AddSingleton<IPassiveHealthCheckPolicy, AvoidUnreachable>();
        services.AddSingleton<IActiveHealthCheckPolicy, ProbeReplicas>();
        services.AddSingleton<ILoadBalancingPolicy, PickReplica>();
        services.AddSingleton<LookUpName>(System.Net.Dns.GetHostAddressesAsync);
        services.AddSingleton<IDestinationResolver, ResolveNames>();
        services.AddSingleton<WatchReplicas>();
        services.AddSingleton<IClusterChangeListener>(provider => provider.GetRequiredService<WatchReplicas>());
    }
}
