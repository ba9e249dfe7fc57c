using System.Threading.RateLimiting;

namespace Tessera.Gateway;

/// <summary>Counted in this process alone.</summary>
internal sealed class OwnQuotas : IQuotas, IDisposable
{
    private readonly PartitionedRateLimiter<ClientQuota> _limiter =
        PartitionedRateLimiter.Create<ClientQuota, ClientQuota>(Bucket);

    public ValueTask<QuotaState> TakeAsync(ClientQuota quota)
    {
        using var lease = _limiter.AttemptAcquire(quota);
        var left = _limiter.GetStatistics(quota)?.CurrentAvailablePermits ?? 0;
        var wait = lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        return new(new QuotaState(lease.IsAcquired, left, wait));
    }

    public void Dispose() => _limiter.Dispose();

    private static RateLimitPartition<ClientQuota> Bucket(ClientQuota quota) =>
        RateLimitPartition.GetTokenBucketLimiter(quota, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = quota.Full,
            TokensPerPeriod = Math.Max(1, quota.PerSecond / 10),
            ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, quota.PerSecond / 10) / (double)quota.PerSecond),
            QueueLimit = 0,
            AutoReplenishment = false, // The partitioned limiter replenishes all its buckets with one timer.
        });
}
