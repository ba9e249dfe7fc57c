using Tessera.Messaging;
using Tessera.Messaging.Transport;

namespace Tessera.Orders;

/// <summary>Tells the other replicas which orders have changed here, many at a time.</summary>
internal sealed partial class TellChanges(
    OrderChanges changes, Broadcast broadcast, TimeProvider clock, ILogger<TellChanges> logger) : BackgroundService
{
    private const int OrdersMax = 500;
    private static readonly TimeSpan gatherTime = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var orders = new HashSet<Guid>();
        while (await changes.Waiting.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(gatherTime, clock, stoppingToken);
            orders.Clear();
            while (orders.Count < OrdersMax && changes.Waiting.TryRead(out var order)) orders.Add(order);
            try
            {
                await broadcast.SendAsync(OrdersChanged.Channel, new OrdersChanged([.. orders]), stoppingToken);
            }
            catch (Exception lost) when (!stoppingToken.IsCancellationRequested)
            {
                // The followers elsewhere look for themselves; a broker that is away is told of by health.
                if (lost is not TransportUnavailableException) Log.NotTold(logger, lost.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.ChangesNotTold, LogLevel.Warning,
            "Other replicas were not told which orders have changed: {Reason}")]
        public static partial void NotTold(ILogger logger, string reason);
    }
}
