namespace Tessera.Webhooks;

/// <summary>When the host starts, and so somebody measures.</summary>
internal sealed class BeginMetrics : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        WebhookMetrics.Begin();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
