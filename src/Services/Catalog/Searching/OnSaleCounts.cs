using Tessera.Messaging.Store;

namespace Tessera.Catalog;

/// <summary>How many products are on sale in each category and price range. To count a large catalogue takes tens of
/// milliseconds, and every page of a category shows these numbers: so they are counted once for many requests.
/// A change made by this process is in every answer after its commit, one made by another replica at the latest in those
/// after <see cref="AgeMax"/>.</summary>
internal sealed class OnSaleCounts(IDatabase database, TimeProvider clock)
{
    /// <summary>Younger ones are told as they are.</summary>
    internal static readonly TimeSpan AgeFresh = TimeSpan.FromSeconds(1);

    /// <summary>Older ones are told no more. Between the two they are told once more while new ones are counted, so that
    /// no request has to wait while there are many.</summary>
    internal static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Kept? _kept;
    private Task<Kept>? _counting;
    private long _changes;

    /// <summary>To be called after every commit that may have changed what is on sale.</summary>
    public void Change() => Interlocked.Increment(ref _changes);

    public async Task<IReadOnlyList<CategoryCount>> ReadAsync(CancellationToken stop)
    {
        var changes = Interlocked.Read(ref _changes);
        while (true)
        {
            Task<Kept> counting;
            lock (_lock)
            {
                var age = _kept is null ? TimeSpan.MaxValue : clock.GetElapsedTime(_kept.CountedAt);
                var isTold = age < AgeMax && _kept!.Changes >= changes;
                if (isTold && age < AgeFresh) return _kept!.Counts;
                counting = _counting ??= Task.Run(CountAsync, CancellationToken.None);
                if (isTold) return _kept!.Counts;
            }
            // It may have begun before the last change: then once more.
            var counted = await counting.WaitAsync(stop);
            if (counted.Changes >= changes) return counted.Counts;
        }
    }

    private async Task<Kept> CountAsync()
    {
        var kept = new Kept(Interlocked.Read(ref _changes), clock.GetTimestamp(), []);
        try
        {
            kept = kept with
            {
                Counts = await database.QueryAsync(
                    CategoryCount.Sql("true", from: null, "not products.withdrawn", WordIndex.IsPostgres(database)), [],
                    CategoryCount.Read, CancellationToken.None),
            };
            lock (_lock) _kept = kept;
            return kept;
        }
        finally
        {
            lock (_lock) _counting = null;
        }
    }

    /// <param name="Changes">How many changes were committed before it was counted.</param>
    /// <param name="CountedAt">When counting began.</param>
    private sealed record Kept(long Changes, long CountedAt, IReadOnlyList<CategoryCount> Counts);
}
