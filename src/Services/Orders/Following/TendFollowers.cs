using Microsoft.Extensions.Options;
using Tessera.Messaging.Store;

namespace Tessera.Orders;

/// <summary>Wakes followers for what nobody tells them: time for a sign of life, the end of their token, and a change
/// whose signal was lost. One loop for all of them: a timer of each would cost more than the rest of it.</summary>
internal sealed partial class TendFollowers(
    Followers followers, IDatabase database, IOptions<OrderOptions> options, TimeProvider clock,
    ILogger<TendFollowers> logger) : BackgroundService
{
    private const int OrdersMax = 500;
    private static readonly TimeSpan tick = TimeSpan.FromSeconds(1);
    private readonly Dictionary<Guid, int> _versions = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(tick, clock);
        var lookedAt = clock.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = clock.GetUtcNow();
            foreach (var follower in followers.All)
            {
                if (followers.HasEnded(follower, now)
                    || clock.GetElapsedTime(follower.WrittenAt) >= options.Value.FollowerHeartbeat)
                {
                    follower.Wake();
                }
            }
            if (clock.GetElapsedTime(lookedAt) < options.Value.FollowerHeartbeat) continue;
            lookedAt = clock.GetTimestamp();
            await LookAsync(stoppingToken);
        }
    }

    /// <summary>All followed orders in a few reads, not one read for each.</summary>
    public async Task LookAsync(CancellationToken stop)
    {
        var followed = followers.Orders.ToHashSet();
        foreach (var gone in _versions.Keys.Where(order => !followed.Contains(order)).ToArray()) _versions.Remove(gone);
        try
        {
            foreach (var some in followed.Chunk(OrdersMax))
            {
                var versions = await database.QueryAsync(
                    $"select id, version from orders where {database.In("id", 1)}", [database.List(some)],
                    row => (Order: row.GetGuid(0), Version: row.GetInt32(1)), stop);
                foreach (var (order, version) in versions)
                {
                    if (_versions.TryGetValue(order, out var before) && before == version) continue;
                    _versions[order] = version;
                    followers.Wake(order);
                }
            }
        }
        catch (Exception away) when (!stop.IsCancellationRequested)
        {
            Log.NotLooked(logger, away.Message); // The next look is a heartbeat away.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventIds.FollowersNotTended, LogLevel.Warning,
            "Followed orders could not be looked at: {Reason}")]
        public static partial void NotLooked(ILogger logger, string reason);
    }
}
