using Microsoft.Extensions.Options;
using Tessera.Inventory.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>What is there to be sold, as Inventory says it now.</summary>
internal sealed class Shelves(StoreClient store, IOptions<WebOptions> options, TimeProvider clock)
{
    private readonly Patience _patience = new(options.Value.Patience, clock);

    /// <summary>By product code; null while Inventory is away.</summary>
    public async Task<IReadOnlyDictionary<string, AvailableView>?> LookAsync(
        IEnumerable<string> skus, CancellationToken stop)
    {
        var all = new Dictionary<string, AvailableView>(StringComparer.Ordinal);
        foreach (var some in skus.Chunk(100)) // As many as one request takes.
        {
            var answer = await _patience.AskAsync(
                asked => store.SendAsync<AvailabilityView>(
                    HttpMethod.Get, $"/availability?skus={Uri.EscapeDataString(string.Join(',', some))}", null, asked),
                isNeeded: false, stop);
            if (answer.Value is null) return null;
            foreach (var product in answer.Value.Products) all[product.Sku] = product;
        }
        return all;
    }
}
