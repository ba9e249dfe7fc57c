using System.Diagnostics.Metrics;
using System.Security.Cryptography.X509Certificates;

namespace Tessera.Gateway;

/// <summary>Tells until when the gateway's certificate is good. It is read at the start only: a new file is served by
/// the next process, and told of by it.</summary>
internal sealed class CertificateGauge(X509Certificate2 certificate, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var end = new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeSeconds();
        meters.Create("Tessera.Gateway").CreateObservableGauge(
            "tessera.certificate.expiry.timestamp", () => (double)end, "s",
            "When the certificate of the encrypted endpoint ends, since 1970.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
