using Microsoft.Extensions.Options;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>What deliveries cost, as Orders said last: asked again after a few seconds, and shown while it is away.
/// What an order is charged is never taken from here: Orders refuses a total that is not its own.</summary>
internal sealed class KeptDelivery(StoreClient store, IOptions<WebOptions> options, TimeProvider clock)
{
    private readonly Patience _patience = new(options.Value.Patience, clock);
    private readonly Lock _lock = new();
    private Kept? _kept;
    private Task<Answer<DeliveryOptionsView>>? _asking;

    /// <summary>For a page that does without: what was heard last when Orders takes its time.</summary>
    public async Task<DeliveryOptionsView?> AtOnceAsync(CancellationToken stop)
    {
        if (Fresh is { } fresh) return fresh.Value;
        await _patience.AskAsync(_ => Ask(), isNeeded: false, stop);
        return _kept?.Value;
    }

    /// <summary>Null when it was never heard.</summary>
    public async Task<DeliveryOptionsView?> OptionsAsync(CancellationToken stop)
    {
        if (Fresh is { } fresh) return fresh.Value;
        await Ask().WaitAsync(stop);
        return _kept?.Value;
    }

    private Kept? Fresh =>
        _kept is { } kept && clock.GetElapsedTime(kept.At) < options.Value.CatalogFresh ? kept : null;

    /// <summary>Once for all who want to know meanwhile.</summary>
    private Task<Answer<DeliveryOptionsView>> Ask()
    {
        lock (_lock)
        {
            return _asking is { IsCompleted: false } ? _asking : _asking = AskAsync();
        }
    }

    private async Task<Answer<DeliveryOptionsView>> AskAsync()
    {
        var began = clock.GetTimestamp();
        // Whoever asked first may go while others wait: the client's own bound ends it.
        var answer = await store.SendAsync<DeliveryOptionsView>(
            HttpMethod.Get, "/orders/delivery-options", null, CancellationToken.None);
        if (answer.Value is { } value) _kept = new Kept(value, began);
        return answer;
    }

    private sealed record Kept(DeliveryOptionsView Value, long At);
}
