using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Kafka.Tests;

/// <summary>A subscription that writes down what it was given and answers as it is told.</summary>
internal sealed class Received : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<WireMessage> _settled = [];
    private IAsyncDisposable? _subscription;

    /// <summary>Asked for each delivery before it is written down; null settles.</summary>
    public Func<Delivery, CancellationToken, Task<DeliveryOutcome>>? Answer { get; set; }

    public int Deliveries { get; private set; }

    public static async Task<Received> SubscribeAsync(
        KafkaTransport transport, Subscription subscription,
        Func<Delivery, CancellationToken, Task<DeliveryOutcome>>? answer = null)
    {
        var received = new Received { Answer = answer };
        received._subscription = await transport.SubscribeAsync(subscription, received.TakeAsync, default);
        return received;
    }

    public List<WireMessage> Settled
    {
        get { lock (_gate) return [.. _settled]; }
    }

    public int Count
    {
        get { lock (_gate) return _settled.Count; }
    }

    /// <summary>The numbers of one partition, in the order in which they were settled.</summary>
    public int[] Numbers(int partition) =>
        [.. Settled.Where(message => message.Partition == partition).Select(message => message.Number())];

    /// <summary>The first copy of each number: what an inbox lets through.</summary>
    public int[] FirstNumbers(int partition) => [.. Numbers(partition).Distinct()];

    public Task UntilAsync(int count, TimeSpan? bound = null) =>
        Eventually.HoldsAsync($"{count} messages are settled, {Count} are", () => Count >= count, bound);

    public async ValueTask DisposeAsync()
    {
        if (_subscription is not null) await _subscription.DisposeAsync();
    }

    private async Task<DeliveryOutcome> TakeAsync(Delivery delivery, CancellationToken revoked)
    {
        lock (_gate) Deliveries++;
        var outcome = Answer is null ? DeliveryOutcome.Settle : await Answer(delivery, revoked);
        if (outcome == DeliveryOutcome.Settle) lock (_gate) _settled.AddRange(delivery.Messages);
        return outcome;
    }
}
