using Microsoft.Extensions.Options;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>What deliveries cost, as Orders said last: asked again after a few seconds, and shown while it is away.
/// What an order is charged is never taken from here: Orders refuses a total that is not its own.</summary>
internal sealed class KeptDelivery(StoreClient store, IOptions<WebOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan patience = TimeSpan.FromMilliseconds(500);
    private Kept? _kept;

    /// <summary>For a page that does without: what was heard last when Orders takes its time.</summary>
    public async Task<DeliveryOptionsView?> AtOnceAsync(CancellationToken stop)
    {
        try
        {
            return await OptionsAsync(stop).WaitAsync(patience, clock, stop);
        }
        catch (TimeoutException)
        {
            return _kept?.Value;
        }
    }

    /// <summary>Null when it was never heard.</summary>
    public async Task<DeliveryOptionsView?> OptionsAsync(CancellationToken stop)
    {
        var (now, kept) = (clock.GetUtcNow(), _kept);
        if (kept is not null && now - kept.At < options.Value.CatalogFresh) return kept.Value;
        var answer = await store.SendAsync<DeliveryOptionsView>(
            HttpMethod.Get, "/orders/delivery-options", null, stop);
        if (answer.Value is { } value) _kept = kept = new Kept(value, now);
        return kept?.Value;
    }

    private sealed record Kept(DeliveryOptionsView Value, DateTimeOffset At);
}
