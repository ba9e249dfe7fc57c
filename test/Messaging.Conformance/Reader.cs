using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Conformance;

/// <summary>One process's subscription under test. Settles everything unless told otherwise.</summary>
public sealed class Reader : IAsyncDisposable
{
    private static int s_number;

    private readonly Journal _journal;
    private readonly OnDelivery _handle;
    private IAsyncDisposable? _subscription;
    private volatile bool _dead;

    private Reader(Journal journal, OnDelivery handle)
    {
        _journal = journal;
        _handle = handle;
    }

    public string Name { get; } = "reader " + Interlocked.Increment(ref s_number);

    public static async Task<Reader> OpenAsync(
        ITransport transport, Subscription subscription, Journal journal, OnDelivery? handle, CancellationToken stop)
    {
        var reader = new Reader(journal, handle ?? ((_, _) => Task.FromResult(DeliveryOutcome.Settle)));
        reader._subscription = await transport.SubscribeAsync(subscription, reader.HandleAsync, stop);
        return reader;
    }

    /// <summary>Its process has died: whatever it still reports counts for nothing.</summary>
    public void Die()
    {
        _dead = true;
        _journal.Forget(Name);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _subscription, null) is { } subscription) await subscription.DisposeAsync();
    }

    private async Task<DeliveryOutcome> HandleAsync(Delivery delivery, CancellationToken revoked)
    {
        if (_dead) return DeliveryOutcome.Redeliver;
        _journal.Begin(Name, delivery);
        var outcome = DeliveryOutcome.Redeliver;
        try
        {
            outcome = await _handle(delivery, revoked);
        }
        finally
        {
            if (!_dead) _journal.End(Name, delivery, outcome);
        }
        return outcome;
    }
}
