using StackExchange.Redis;

namespace Tessera.Gateway;

/// <summary>
/// Counted in Redis for all gateways together, by the clock of Redis. While it is away each gateway counts by itself:
/// a store that sells without a common limit is better than one that sells nothing.
/// </summary>
internal sealed partial class SharedQuotas(
    ConfigurationOptions redis, OwnQuotas own, TimeProvider clock, ILogger<SharedQuotas> logger)
    : IQuotas, IAsyncDisposable
{
    // A bucket is what was left in it, and when. Lua's own text of a time would lose its microseconds.
    private const string Take = """
        local at = redis.call('TIME')
        local now = at[1] + at[2] / 1000000
        local full, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
        local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
        local left = math.min(full, (tonumber(kept[1]) or full) + math.max(0, now - (tonumber(kept[2]) or now)) * rate)
        local granted = 0
        if left >= 1 then
            granted = 1
            left = left - 1
        end
        redis.call('HSET', KEYS[1], 'left', string.format('%.6f', left), 'at', string.format('%.6f', now))
        redis.call('PEXPIRE', KEYS[1], math.ceil(full / rate * 1000) + 1000)
        return { granted, math.floor(left * 1000) }
        """;

    private static readonly TimeSpan pauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly Lazy<Task<ConnectionMultiplexer>> _connection =
        new(() => ConnectionMultiplexer.ConnectAsync(redis));
    private long _failedAt;
    private int _isAway;

    public async ValueTask<QuotaState> TakeAsync(ClientQuota quota)
    {
        var failedAt = Volatile.Read(ref _failedAt);
        if (failedAt != 0 && clock.GetElapsedTime(failedAt) < pauseAfterFailure) return await own.TakeAsync(quota);
        try
        {
            // To connect takes longer than an answer may: until it has, each counts by itself.
            var connection = await _connection.Value.WaitAsync(
                TimeSpan.FromMilliseconds(redis.AsyncTimeout), clock);
            var taken = (RedisResult[]?)await connection.GetDatabase().ScriptEvaluateAsync(
                Take, [KeyOf(quota)], [quota.Full, quota.PerSecond]);
            if (Interlocked.Exchange(ref _isAway, 0) == 1) Log.Back(logger);
            Volatile.Write(ref _failedAt, 0);
            var thousandths = (long)taken![1];
            var missing = Math.Max(0, 1_000 - thousandths) / 1_000.0;
            return new QuotaState(
                (int)taken[0] == 1, thousandths / 1_000, TimeSpan.FromSeconds(missing / quota.PerSecond));
        }
        catch (Exception away) when (away is RedisException or TimeoutException or ObjectDisposedException)
        {
            Volatile.Write(ref _failedAt, clock.GetTimestamp());
            if (Interlocked.Exchange(ref _isAway, 1) == 0) Log.Away(logger, away.Message);
            return await own.TakeAsync(quota);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.IsValueCreated && _connection.Value.IsCompletedSuccessfully)
            await (await _connection.Value).DisposeAsync();
    }

    private static RedisKey KeyOf(in ClientQuota quota) =>
        $"tessera:limit:{quota.Name}:{quota.PerSecond}:{quota.Client}";

    private static partial class Log
    {
        [LoggerMessage(405, LogLevel.Warning, "Limits are counted by this gateway alone, Redis is away: {Reason}")]
        public static partial void Away(ILogger logger, string reason);

        [LoggerMessage(406, LogLevel.Information, "Limits are counted in Redis again")]
        public static partial void Back(ILogger logger);
    }
}
