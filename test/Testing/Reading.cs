using Tessera.Messaging.Transport;

namespace Tessera.Testing;

/// <summary>A subscription that writes down what it settled, as an inbox would: each id once, in order
/// of its first copy.</summary>
public sealed class Reading : IAsyncDisposable
{
    private readonly Lock _sync = new();
    private readonly List<WireMessage> _settled = [];
    private readonly HashSet<string> _ids = [];
    private readonly Func<Delivery, CancellationToken, Task<DeliveryOutcome>>? _answer;
    private IAsyncDisposable? _subscription;
    private int _copies;
    private int _deliveries;

    private Reading(Func<Delivery, CancellationToken, Task<DeliveryOutcome>>? answer) => _answer = answer;

    /// <param name="answer">Asked for each delivery before it is written down; null settles all.</param>
    public static async Task<Reading> StartAsync(
        ITransport transport, Subscription subscription,
        Func<Delivery, CancellationToken, Task<DeliveryOutcome>>? answer = null)
    {
        var reading = new Reading(answer);
        reading._subscription = await transport.SubscribeAsync(subscription, reading.TakeAsync, default);
        return reading;
    }

    /// <summary>What was settled, without its second copies.</summary>
    public IReadOnlyList<WireMessage> Messages
    {
        get
        {
            lock (_sync) return [.. _settled];
        }
    }

    public int Count
    {
        get
        {
            lock (_sync) return _settled.Count;
        }
    }

    /// <summary>All that was settled, second copies included.</summary>
    public int Copies => Volatile.Read(ref _copies);

    public int Deliveries => Volatile.Read(ref _deliveries);

    public IReadOnlyList<int> Numbers(int partition) =>
        [.. Messages.Where(message => message.Partition == partition).Select(message => message.Number())];

    public Task UntilAsync(int count, TimeSpan? bound = null) =>
        Eventually.HoldsAsync($"{count} messages were settled", () => Count >= count, bound);

    public ValueTask DisposeAsync() => _subscription?.DisposeAsync() ?? default;

    private async Task<DeliveryOutcome> TakeAsync(Delivery delivery, CancellationToken revoked)
    {
        Interlocked.Increment(ref _deliveries);
        var outcome = _answer is null ? DeliveryOutcome.Settle : await _answer(delivery, revoked);
        if (outcome == DeliveryOutcome.Settle)
        {
            lock (_sync) _settled.AddRange(delivery.Messages.Where(message => _ids.Add(message.Id ?? "")));
            Interlocked.Add(ref _copies, delivery.Messages.Count);
        }
        return outcome;
    }
}
