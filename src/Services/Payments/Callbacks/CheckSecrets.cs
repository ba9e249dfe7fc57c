namespace Tessera.Payments;

/// <summary>A file of secrets that cannot be used prevents the start, rather than callbacks a month later.</summary>
internal sealed class CheckSecrets(ProviderSecrets secrets) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        secrets.CheckAll();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
