using Microsoft.Extensions.Diagnostics.HealthChecks;
using Tessera.Messaging;

namespace Tessera.MessagingDefaults;

/// <summary>Ready when the database is prepared, the broker connected and every subscription made.
/// A broker that goes away later degrades the service but does not take it out: requests commit and their
/// events wait in the outbox.</summary>
internal sealed class MessagingReady(MessagingHealth health) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var failing = string.Join(
            "; ", health.Parts.Where(part => !part.IsHealthy).Select(part => $"{part.Name}: {part.Reason}"));
        return Task.FromResult(health.IsReady ? HealthCheckResult.Healthy()
            : health.HasStarted ? HealthCheckResult.Degraded(failing)
            : HealthCheckResult.Unhealthy(failing.Length > 0 ? failing : "messaging is starting"));
    }
}
