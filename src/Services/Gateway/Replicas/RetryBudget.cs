using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Tessera.Gateway;

/// <summary>What may be tried again of each service: a share of what was asked of it in the last ten seconds, and a few
/// a second whatever that was.</summary>
internal sealed class RetryBudget(IOptions<RetryOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Spent> _services = new(StringComparer.Ordinal);

    public void Asked(string service) => Of(service).Count(Now, isRetry: false);

    /// <summary>Spends a retry, if one is left.</summary>
    public bool TrySpend(string service)
    {
        var (asked, retried) = Of(service).Sum(Now);
        var allowed = (asked * options.Value.BudgetPercent / 100) + (options.Value.PerSecondMin * Spent.Seconds);
        if (retried >= allowed) return false;
        Of(service).Count(Now, isRetry: true);
        return true;
    }

    private long Now => clock.GetTimestamp() / clock.TimestampFrequency;

    private Spent Of(string service) => _services.GetOrAdd(service, static _ => new Spent());

    /// <summary>Counts by second; a slot is taken over by the second that has its number next.</summary>
    private sealed class Spent
    {
        public const int Seconds = 10;
        private readonly long[] _second = new long[Seconds];
        private readonly long[] _asked = new long[Seconds];
        private readonly long[] _retried = new long[Seconds];

        public void Count(long now, bool isRetry)
        {
            var slot = (int)(now % Seconds);
            var then = Volatile.Read(ref _second[slot]);
            if (then != now && Interlocked.CompareExchange(ref _second[slot], now, then) == then)
            {
                // A count of another thread may fall between: a budget may be off by a few.
                Volatile.Write(ref _asked[slot], 0);
                Volatile.Write(ref _retried[slot], 0);
            }
            Interlocked.Increment(ref isRetry ? ref _retried[slot] : ref _asked[slot]);
        }

        public (long Asked, long Retried) Sum(long now)
        {
            var (asked, retried) = (0L, 0L);
            for (var slot = 0; slot < Seconds; slot++)
            {
                if (now - Volatile.Read(ref _second[slot]) >= Seconds) continue;
                asked += Volatile.Read(ref _asked[slot]);
                retried += Volatile.Read(ref _retried[slot]);
            }
            return (asked, retried);
        }
    }
}
