using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Tessera.ServiceDefaults;

/// <summary>Sends what is left when all else has stopped, for a bounded time. A provider that is only disposed waits
/// five seconds for a collector that does not answer, one kind of signal after the other; one that was shut down before
/// does not wait again.</summary>
internal sealed class EndTelemetry(TracerProvider traces, MeterProvider metrics, LoggerProvider logs)
    : IHostedLifecycleService
{
    /// <summary>A processor waits once for its thread and once for its exporter: both together are a second and a
    /// half at most.</summary>
    private const int EachMilliseconds = 750;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Side by side: whoever has to wait waits at the same time as the others.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.WhenAll(
        OnItsOwnThread(() => traces.Shutdown(EachMilliseconds)),
        OnItsOwnThread(() => metrics.Shutdown(EachMilliseconds)),
        OnItsOwnThread(() => logs.Shutdown(EachMilliseconds)));

    // Shutting down blocks. The threads of the pool are wanted by those who are still being answered elsewhere.
    private static Task<bool> OnItsOwnThread(Func<bool> shutdown) => Task.Factory.StartNew(
        shutdown, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
