namespace Tessera.Rolling;

/// <summary>The stores of the tests: one at a time, since each wants the whole machine.</summary>
public sealed class RollingStores : IAsyncDisposable
{
    private RollingStore? _store;

    internal async Task<RollingStore> OnAsync(string broker)
    {
        if (_store?.Broker != broker)
        {
            await DisposeAsync();
            _store = new RollingStore(broker);
            await _store.InitializeAsync();
        }
        _store.Require();
        return _store;
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is { } store) await store.DisposeAsync();
        _store = null;
    }
}
