using Microsoft.Extensions.Hosting;

namespace Tessera.ServiceDefaults;

/// <summary>Keeps the keys fresh: quickly until there are some, then now and then, so that a new key is known before
/// the first token signed with it comes.</summary>
internal sealed class RefreshKeys(KeySet keys, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan interval = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan retryMin = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan retryMax = TimeSpan.FromSeconds(30);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        keys.Load();
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = retryMin;
        try
        {
            while (true)
            {
                var known = await keys.RefreshAsync(stoppingToken);
                await Task.Delay(known ? interval : retry, clock, stoppingToken);
                retry = known ? retryMin : TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, retryMax.Ticks));
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }
}
