using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Tessera.ServiceDefaults;

/// <summary>What a process tells of the machine it runs on, beside what the runtime tells already.</summary>
internal sealed class ProcessGauges(IMeterFactory meters, IOptions<TesseraOptions> options, TimeProvider clock)
    : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create("Tessera.ServiceDefaults");
        var disk = new FreeDiskCheck(options);
        meter.CreateObservableGauge(
            "tessera.disk.free",
            () => disk.Free is { } free ? [new Measurement<long>(free)] : Array.Empty<Measurement<long>>(),
            "By", "Free bytes where the data folder is.");
        meter.CreateObservableGauge(
            "tessera.disk.needed", () => options.Value.FreeDiskBytesMin, "By",
            "Bytes that must be free there: with fewer the process is not ready.");
        // Whoever collects it knows by its own clock when it did: the difference is how far the two are apart.
        meter.CreateObservableGauge(
            "tessera.clock.time", () => clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, "s",
            "The time of this machine, since 1970.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
