using System.Collections.Concurrent;

namespace Tessera.Orders;

/// <summary>Many buyers of a product that is new here share one question to Catalog, as long as it is under way: a
/// crowd does not become a crowd there.</summary>
internal sealed class CatalogQuestions
{
    private readonly ConcurrentDictionary<string, Lazy<Task<CatalogAnswer>>> _asked = new(StringComparer.Ordinal);

    /// <param name="catalog">Asks, if nobody does yet.</param>
    /// <param name="stop">Ends the waiting of this buyer; the question is for all, and goes on.</param>
    public Task<CatalogAnswer> AskAsync(string sku, CatalogClient catalog, CancellationToken stop) =>
        _asked.GetOrAdd(sku, key => new Lazy<Task<CatalogAnswer>>(() => AskAsync(key, catalog))).Value.WaitAsync(stop);

    private async Task<CatalogAnswer> AskAsync(string sku, CatalogClient catalog)
    {
        try
        {
            return await catalog.FindAsync(sku, CancellationToken.None);
        }
        finally
        {
            _asked.TryRemove(sku, out _); // What was answered may change: the next one asks anew.
        }
    }
}
