using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Tessera.Catalog.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>What Catalog said last: asked again after a few seconds, and shown, with a line that says so, while it is
/// away. Prices of an order are never taken from here: Orders prices it itself.</summary>
internal sealed class KeptCatalog(StoreClient store, IOptions<WebOptions> options, TimeProvider clock)
{
    private const int AtOnce = 8;
    private readonly Patience _patience = new(options.Value.Patience, clock);
    private readonly ConcurrentDictionary<string, Kept> _kept = new(StringComparer.Ordinal);

    public Task<Known<ProductView>> ProductAsync(string sku, CancellationToken stop) =>
        AskAsync<ProductView>(PathOf(sku), stop);

    /// <summary>Some at a time: one that hangs is not to make a page wait for each of many. Once it is known to hang,
    /// none of them is waited for.</summary>
    /// <param name="take">Called beside other calls of itself, with the place in the list.</param>
    public Task ForEachAsync(
        IReadOnlyList<string> skus, Action<int, Known<ProductView>> take, CancellationToken stop) =>
        Parallel.ForAsync(
            0, skus.Count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop },
            async (at, each) => take(at, await AskAsync<ProductView>(PathOf(skus[at]), each, isOneOfMany: true)));

    public Task<Known<ProductPage>> SearchAsync(string query, CancellationToken stop) =>
        AskAsync<ProductPage>("/products" + query, stop);

    public Task<Known<SuggestionsView>> SuggestAsync(string text, CancellationToken stop) =>
        AskAsync<SuggestionsView>("/products/search/suggestions" + QueryString.Create("search", text), stop);

    /// <summary>What people look at is asked for again every few seconds, so it stays: only what one looked at long
    /// ago goes, however many different things somebody searches for.</summary>
    private void ForgetOldest()
    {
        foreach (var (path, _) in _kept.OrderBy(each => each.Value.At).Take(1 + options.Value.CatalogKeptMax / 4))
            _kept.TryRemove(path, out _);
    }

    private static string PathOf(string sku) => $"/products/{Uri.EscapeDataString(sku)}";

    private async Task<Known<T>> AskAsync<T>(string path, CancellationToken stop, bool isOneOfMany = false)
        where T : class
    {
        var now = clock.GetUtcNow();
        _kept.TryGetValue(path, out var kept);
        if (kept is not null && now - kept.At < options.Value.CatalogFresh) return new((T)kept.Value, false, false);
        var isNeeded = kept is null && !(isOneOfMany && _patience.Hangs);
        var answer = await _patience.AskAsync(Ask, isNeeded, stop);
        return answer.IsAway ? new((T?)kept?.Value, true, false) : new(answer.Value, false, answer.Value is null);

        // Also what comes too late for its page is kept for the next.
        async Task<Answer<T>> Ask(CancellationToken asked)
        {
            var heard = await store.SendAsync<T>(HttpMethod.Get, path, null, asked);
            if (heard.IsAway) return heard;
            if (heard.Value is null)
            {
                _kept.TryRemove(path, out _);
                return heard;
            }
            if (_kept.Count >= options.Value.CatalogKeptMax) ForgetOldest();
            _kept[path] = new Kept(heard.Value, now);
            return heard;
        }
    }

    private sealed record Kept(object Value, DateTimeOffset At);
}

/// <param name="IsAway">Catalog did not answer: the value is of before, or missing.</param>
/// <param name="IsUnknown">It answered that there is no such thing.</param>
public sealed record Known<T>(T? Value, bool IsAway, bool IsUnknown)
    where T : class;
