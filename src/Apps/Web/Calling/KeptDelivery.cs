using Microsoft.Extensions.Options;
using Tessera.Orders.Contracts;
using Tessera.PageDefaults;

namespace Tessera.Web.Calling;

/// <summary>What deliveries cost, as Orders said last: asked again after a few seconds, and shown while it is away.
/// What an order is charged is never taken from here: Orders refuses a total that is not its own.</summary>
internal sealed class KeptDelivery(StoreClient store, IOptions<WebOptions> options, TimeProvider clock)
{
    private static readonly TimeSpan patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How long pages leave Orders alone when it has not answered.</summary>
    private static readonly TimeSpan rest = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Kept? _kept;
    private Task<DeliveryOptionsView?>? _asking;
    private Task<DeliveryOptionsView?>? _patient;
    private long? _awaySince;

    /// <summary>For a page that does without: what was heard last when Orders takes its time. Only the pages of the
    /// first moment wait for it; once it is known to be away, the next pages hear when it is back, and wait no longer.
    /// </summary>
    public async Task<DeliveryOptionsView?> AtOnceAsync(CancellationToken stop)
    {
        Task<DeliveryOptionsView?> patient;
        lock (_lock)
        {
            if (Fresh is { } fresh) return fresh.Value;
            if (_awaySince is { } since)
            {
                if (clock.GetElapsedTime(since) >= rest) Ask();
                return _kept?.Value;
            }
            Ask();
            patient = _patient!;
        }
        try
        {
            return await patient.WaitAsync(stop);
        }
        catch (TimeoutException)
        {
            return _kept?.Value;
        }
    }

    /// <summary>Null when it was never heard.</summary>
    public async Task<DeliveryOptionsView?> OptionsAsync(CancellationToken stop)
    {
        Task<DeliveryOptionsView?> asking;
        lock (_lock)
        {
            if (Fresh is { } fresh) return fresh.Value;
            asking = Ask();
        }
        return await asking.WaitAsync(stop);
    }

    private Kept? Fresh =>
        _kept is { } kept && clock.GetElapsedTime(kept.At) < options.Value.CatalogFresh ? kept : null;

    /// <summary>Once for all who want to know meanwhile.</summary>
    private Task<DeliveryOptionsView?> Ask()
    {
        if (_asking is { IsCompleted: false }) return _asking;
        _asking = AskAsync();
        _patient = _asking.WaitAsync(patience, clock);
        return _asking;
    }

    private async Task<DeliveryOptionsView?> AskAsync()
    {
        var began = clock.GetTimestamp();
        // Whoever asked first may go while others wait: the client's own bound ends it.
        var answer = await store.SendAsync<DeliveryOptionsView>(
            HttpMethod.Get, "/orders/delivery-options", null, CancellationToken.None);
        lock (_lock)
        {
            if (answer.Value is { } value) (_kept, _awaySince) = (new Kept(value, began), null);
            else _awaySince = clock.GetTimestamp();
            return _kept?.Value;
        }
    }

    private sealed record Kept(DeliveryOptionsView Value, long At);
}
