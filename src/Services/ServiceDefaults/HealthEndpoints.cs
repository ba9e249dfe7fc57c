using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work now.
/// <c>/health/started</c>: its start is done.</summary>
public static class HealthEndpoints
{
    /// <summary>Tag of the checks that readiness depends on.</summary>
    public const string ReadyTag = "ready";

    /// <summary>Exactly one of the three: what else stands below <c>/health</c> is not asked by probes.</summary>
    public static bool IsProbe(PathString path) => path.Value is "/health/live" or "/health/ready" or "/health/started";

    internal static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddSingleton<StartedCheck>();
        services.AddHealthChecks().AddCheck<StartedCheck>("started", tags: [ReadyTag, "started"])
            .AddCheck<FreeDiskCheck>("disk", tags: [ReadyTag]);
        return services;
    }

    internal static void MapHealth(this IEndpointRouteBuilder routes)
    {
        MapOne("/health/live", _ => false);
        MapOne("/health/ready", check => check.Tags.Contains(ReadyTag));
        MapOne("/health/started", check => check.Tags.Contains("started"));

        // Uncounted: an idle store is probed more often than asked, and the probes would be most of its requests.
        void MapOne(string path, Func<HealthCheckRegistration, bool> checks) =>
            routes.MapHealthChecks(path, Select(checks))
                .AllowAnonymous().ExcludeFromDescription().DisableHttpMetrics();
    }

    private static HealthCheckOptions Select(Func<HealthCheckRegistration, bool> checks) =>
        new() { Predicate = checks, ResponseWriter = WriteAsync };

    private static Task WriteAsync(HttpContext context, HealthReport report) => context.Response.WriteAsJsonAsync(
        new HealthView(
            report.Status.ToString(),
            report.Entries.ToDictionary(
                check => check.Key,
                check => new HealthCheckView(check.Value.Status.ToString(), check.Value.Description)),
            Environment.ProcessId,
            Environment.WorkingSet / (1024 * 1024),
            context.RequestServices.GetRequiredService<IOptions<TesseraOptions>>().Value.Instance,
            ServiceVersion.Own.Version, ServiceVersion.Own.Revision),
        context.RequestAborted);
}

/// <summary>What the health endpoints answer.</summary>
/// <param name="Instance">As <see cref="TesseraOptions.Instance"/>: another one's answer comes from another
/// store.</param>
/// <param name="Version">Of the service, as <see cref="ServiceVersion"/> says.</param>
public sealed record HealthView(
    string Status, IReadOnlyDictionary<string, HealthCheckView> Checks, int ProcessId, long MemoryMegabytes,
    string? Instance = null, string? Version = null, string? Revision = null);

public sealed record HealthCheckView(string Status, string? Description);

internal sealed class StartedCheck(IHostApplicationLifetime lifetime) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            lifetime.ApplicationStarted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy("starting or stopping"));
}
