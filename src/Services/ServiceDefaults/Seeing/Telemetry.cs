using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Tessera.ServiceDefaults;

/// <summary>Metrics at <c>/metrics</c>, always. Traces, metrics and logs over OTLP when an endpoint is set; otherwise
/// only the trace context, which costs about a microsecond a request.</summary>
internal static class Telemetry
{
    private const string EndpointKey = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ResourceKey = "OTEL_RESOURCE_ATTRIBUTES";

    public static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        var telemetry = builder.Services.AddOpenTelemetry()
            // Whoever starts the process may have named it; a random name else.
            .ConfigureResource(resource => resource
                .AddService(
                    service, "tessera", ServiceVersion.Own.Version,
                    autoGenerateServiceInstanceId: string.IsNullOrEmpty(builder.Configuration[ResourceKey]))
                .AddAttributes(Revision()))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Tessera.*", "Npgsql")
                // Each request once more, probes too.
                .AddView("aspnetcore.routing.match_attempts", MetricStreamConfiguration.Drop)
                // An exemplar names a trace that somebody keeps, and nothing else.
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter(MetricsEndpoint.Configure));
        if (string.IsNullOrEmpty(builder.Configuration[EndpointKey]))
        {
            builder.Services.AddSingleton<TraceContextOnly>();
            builder.Services.AddHostedService(services => services.GetRequiredService<TraceContextOnly>());
            return;
        }
        telemetry
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(server => server.Filter = context =>
                    !context.Request.Path.StartsWithSegments("/health")
                    && !context.Request.Path.StartsWithSegments(MetricsEndpoint.Path))
                // What no request has caused, such as a look for new keys, would bury the traces of those that were.
                .AddHttpClientInstrumentation(client =>
                    client.FilterHttpRequestMessage = _ => Activity.Current?.Parent is not null)
                .AddSource("Tessera.*", "Npgsql"))
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
    }

    private static IEnumerable<KeyValuePair<string, object>> Revision() =>
        ServiceVersion.Own.Revision is { } revision ? [new("vcs.ref.head.revision", revision)] : [];

    /// <summary>Has activities made so that a trace id runs through requests, events and logs,
    /// without recording them.</summary>
    private sealed class TraceContextOnly : IHostedService, IDisposable
    {
        private readonly ActivityListener _listener = new()
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore"
                || source.Name.StartsWith("Tessera.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
            SampleUsingParentId = (ref ActivityCreationOptions<string> _) => ActivitySamplingResult.PropagationData,
        };

        public Task StartAsync(CancellationToken cancellationToken)
        {
            ActivitySource.AddActivityListener(_listener);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose() => _listener.Dispose();
    }
}
