using Tessera.Messaging;

namespace Tessera.Orders;

/// <summary>Wakes the followers of orders that another replica has changed.</summary>
internal sealed partial class HearChanges(
    Followers followers, Broadcast broadcast, MessagingHealth health, TimeProvider clock, ILogger<HearChanges> logger)
    : BackgroundService
{
    private static readonly TimeSpan startPoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan retryInterval = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Until then there is nobody to ask, which others say.
        while (!health.HasStarted) await Task.Delay(startPoll, clock, stoppingToken);
        while (true)
        {
            try
            {
                await using var hearing = await broadcast.ListenAsync<OrdersChanged>(
                    OrdersChanged.Channel, WakeAsync, stoppingToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, stoppingToken);
            }
            catch (Exception away) when (!stoppingToken.IsCancellationRequested)
            {
                // Until it succeeds, the followers are told by the look at the database, a little later.
                Log.NotHeard(logger, away.Message);
                await Task.Delay(retryInterval, clock, stoppingToken);
            }
        }
    }

    private ValueTask WakeAsync(OrdersChanged changed)
    {
        foreach (var order in changed.Orders) followers.Wake(order);
        return ValueTask.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ChangesNotHeard, LogLevel.Warning,
            "What other replicas say of changed orders is not heard yet: {Reason}")]
        public static partial void NotHeard(ILogger logger, string reason);
    }
}
