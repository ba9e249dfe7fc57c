using Microsoft.Extensions.Options;

namespace Tessera.Baskets;

/// <summary>Removes the baskets of guests who did not come back. A person's basket stays until the person goes.
/// </summary>
internal sealed partial class PruneGuests(
    IServiceScopeFactory scopes, IOptions<BasketOptions> options, TimeProvider clock, ILogger<PruneGuests> logger)
    : BackgroundService
{
    /// <summary>Longer than any token of an erased account lives, whatever the clocks say.</summary>
    public static readonly TimeSpan ErasedKeptFor = TimeSpan.FromDays(1);

    private static readonly TimeSpan interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure); // The next hour tries again; nothing depends on it.
            }
        }
    }

    /// <summary>In steps, so that no transaction holds many rows.</summary>
    public async Task RoundAsync(CancellationToken stop)
    {
        var before = clock.GetUtcNow() - options.Value.GuestsKeptFor;
        int pruned;
        do
        {
            await using var scope = scopes.CreateAsyncScope();
            pruned = await scope.ServiceProvider.GetRequiredService<BasketStore>().PruneGuestsAsync(before, stop);
        }
        while (pruned > 0);
        await using var last = scopes.CreateAsyncScope();
        await last.ServiceProvider.GetRequiredService<BasketStore>().ForgetErasedAsync(
            clock.GetUtcNow() - ErasedKeptFor, stop);
    }

    private static partial class Log
    {
        [LoggerMessage(720, LogLevel.Warning, "Old baskets of guests were not removed this time")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
