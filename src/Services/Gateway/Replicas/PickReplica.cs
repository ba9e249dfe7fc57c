using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>The replica with the fewest requests under way. Among equals they take turns: the proxy's own policy of the
/// kind gives a quiet store's requests all to the first.</summary>
internal sealed class PickReplica : ILoadBalancingPolicy
{
    public const string PolicyName = "FewestRequests";
    private uint _turn;

    public string Name => PolicyName;

    public DestinationState? PickDestination(
        HttpContext context, ClusterState cluster, IReadOnlyList<DestinationState> availableDestinations)
    {
        var count = availableDestinations.Count;
        if (count < 2) return count == 0 ? null : availableDestinations[0];
        var first = (int)(Interlocked.Increment(ref _turn) % (uint)count);
        var picked = availableDestinations[first];
        var fewest = picked.ConcurrentRequestCount;
        for (var step = 1; step < count && fewest > 0; step++)
        {
            var other = availableDestinations[(first + step) % count];
            var load = other.ConcurrentRequestCount;
            if (load >= fewest) continue;
            (picked, fewest) = (other, load);
        }
        return picked;
    }
}
