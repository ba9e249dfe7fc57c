using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace Tessera.Gateway;

/// <summary>What an answer to a probe means: a replica that says that it is not ready gets nothing from then on, one
/// that says nothing is asked a second time before it is given up.</summary>
internal sealed class ProbeReplicas(IDestinationHealthUpdater health) : IActiveHealthCheckPolicy
{
    public const string PolicyName = "ProbeReplicas";
    private const int UnansweredMax = 2;

    public string Name => PolicyName;

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults) =>
        health.SetActive(cluster, [.. probingResults.Select(probe =>
            new NewActiveDestinationHealth(probe.Destination, Judge(probe)))]);

    private static DestinationHealth Judge(DestinationProbingResult probe)
    {
        var notes = ReplicaNotes.Of(probe.Destination);
        if (notes.IsStopping) return DestinationHealth.Unhealthy;
        if (probe.Response is { } answer)
        {
            notes.ProbeAnswered();
            return answer.IsSuccessStatusCode ? DestinationHealth.Healthy : DestinationHealth.Unhealthy;
        }
        return notes.ProbeUnanswered() < UnansweredMax
            ? probe.Destination.Health.Active // As before: one lost answer says little.
            : DestinationHealth.Unhealthy;
    }
}
