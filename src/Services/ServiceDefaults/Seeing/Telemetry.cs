using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Tessera.ServiceDefaults;

/// <summary>Metrics at <c>/metrics</c>, always. Traces, metrics and logs over OTLP when an endpoint is set; otherwise
/// only the trace context, which costs about a microsecond a request.</summary>
internal static class Telemetry
{
    /// <summary>What processes ask each other for again and again: probes, who was erased, with what keys tokens are
    /// signed. Nobody has caused it, and it would bury the traces of those who have caused something.</summary>
    private static readonly string[] askedByProcesses = ["/health", MetricsEndpoint.Path, "/internal", "/.well-known"];

    public static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        var isSent = OtlpSettings.Read(builder.Configuration);
        var telemetry = builder.Services.AddOpenTelemetry()
            // Whoever starts the process may have named it; a random name else.
            .ConfigureResource(resource => resource
                .AddService(
                    service, "tessera", ServiceVersion.Own.Version,
                    autoGenerateServiceInstanceId: string.IsNullOrEmpty(builder.Configuration[OtlpSettings.Resource]))
                .AddAttributes(Revision()))
            .WithMetrics(metrics => metrics
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation()
                .AddMeter("Tessera.*", "Npgsql")
                // Each request once more, probes too.
                .AddView("aspnetcore.routing.match_attempts", MetricStreamConfiguration.Drop)
                // By the name that was looked up, which others choose.
                .AddView("dns.lookup.duration", MetricStreamConfiguration.Drop)
                // An exemplar names a trace that somebody keeps, and nothing else.
                .SetExemplarFilter(ExemplarFilterType.TraceBased)
                .AddPrometheusExporter(MetricsEndpoint.Configure));
        if (!isSent)
        {
            builder.Services.AddSingleton<TraceContextOnly>();
            builder.Services.AddHostedService(services => services.GetRequiredService<TraceContextOnly>());
            return;
        }
        telemetry
            .WithTracing(traces => traces
                .AddAspNetCoreInstrumentation(server => server.Filter = context =>
                    !Array.Exists(askedByProcesses, path => context.Request.Path.StartsWithSegments(path)))
                // What no request has caused, such as a look for new keys, would bury the traces of those that were.
                .AddHttpClientInstrumentation(client =>
                    client.FilterHttpRequestMessage = _ => Activity.Current?.Parent is not null)
                .AddSource("Tessera.*", "Npgsql"))
            .WithLogging(
                logging => logging.AddProcessor(new PlaceInLogs()), logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter();
        builder.Services.AddHostedService<EndTelemetry>();
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
            // A part of what has one already tells nobody anything.
            Sample = (ref ActivityCreationOptions<ActivityContext> made) =>
                made.Parent.SpanId == default || made.Parent.IsRemote
                    ? ActivitySamplingResult.PropagationData
                    : ActivitySamplingResult.None,
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
