using System.Diagnostics.Metrics;

namespace Tessera.Gateway;

/// <summary>How many requests were answered, and how many by a failure of ours: what availability is measured by. Both
/// are told from the start, as zero. A series that begins with its first failure shows whoever collects it no rise:
/// the failures of a minute would be nobody's.</summary>
internal sealed class AnswerMetrics : IHostedService
{
    private static readonly KeyValuePair<string, object?> answered = new("tessera.outcome", "answered");
    private static readonly KeyValuePair<string, object?> failed = new("tessera.outcome", "failed");

    private readonly Counter<long> _requests;

    public AnswerMetrics(IMeterFactory meters) => _requests = meters.Create("Tessera.Gateway").CreateCounter<long>(
        "tessera.gateway.requests", "{request}", "Requests that were answered, and those that failed (5xx).");

    public void Answered(bool isFailure) => _requests.Add(1, isFailure ? failed : answered);

    /// <summary>When somebody measures: before, nobody would hear of it.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _requests.Add(0, answered);
        _requests.Add(0, failed);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
