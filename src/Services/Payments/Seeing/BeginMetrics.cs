using Microsoft.Extensions.Options;
using Tessera.ServiceDefaults;

namespace Tessera.Payments;

/// <summary>When the host starts, and so somebody measures.</summary>
internal sealed class BeginMetrics(IOptions<ShopOptions> shop) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        PaymentMetrics.Begin(shop.Value.Currency);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
