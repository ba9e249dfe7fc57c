using System.Runtime.CompilerServices;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>What the gateway knows of a replica beside what the proxy keeps of it.</summary>
internal sealed class ReplicaNotes
{
    private static readonly ConditionalWeakTable<DestinationState, ReplicaNotes> all = [];
    private int _failedProbes;

    /// <summary>It said that it will end: no answer to a probe brings it back.</summary>
    public volatile bool IsStopping;

    /// <summary>It was there once since this gateway began. A service that the store is whole without is missed only
    /// then.</summary>
    public volatile bool HasAnswered;

    public static ReplicaNotes Of(DestinationState replica) => all.GetOrCreateValue(replica);

    /// <returns>How many probes in a row have had no answer.</returns>
    public int ProbeUnanswered() => Interlocked.Increment(ref _failedProbes);

    public void ProbeAnswered()
    {
        HasAnswered = true;
        Volatile.Write(ref _failedProbes, 0);
    }

    /// <summary>Whether requests are sent there.</summary>
    public static bool IsServed(DestinationState replica) =>
        replica.Health is { Active: not DestinationHealth.Unhealthy, Passive: not DestinationHealth.Unhealthy };
}
