using Tessera.Messaging.Moving;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;
using Tessera.Testing;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>A broker that delivers what a test hands it, when the test does, and keeps what it was sent.</summary>
internal sealed class ScriptedBroker(string name) : ITransport
{
    private readonly TaskCompletionSource<OnDelivery> _reader = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Name => name;

    public TransportFeatures Features { get; set; } = new();

    public List<WireMessage> Sent { get; } = [];

    /// <summary>Decides each send; false makes the broker away.</summary>
    public Func<WireMessage, bool> Takes { get; set; } = _ => true;

    /// <summary>Comes before each message is taken, while its relay waits.</summary>
    public Func<WireMessage, Task> OnSend { get; set; } = _ => Task.CompletedTask;

    /// <summary>What it was sent, one by one; no markers of a move.</summary>
    public IReadOnlyList<EventEnvelope> Events
    {
        get
        {
            List<DecodedEvent> events = [];
            lock (Sent)
            {
                foreach (var message in Sent.Where(message => MoveMarker.Read(message) is null))
                    WireFormat.Decode(message, Some.Time, events);
            }
            return [.. events.Select(each => each.Event)];
        }
    }

    public long Unread { get; set; } = 1;

    public async Task<DeliveryOutcome> DeliverAsync(CancellationToken revoked, params WireMessage[] messages)
    {
        var reader = await _reader.Task.WithinAsync(TimeSpan.FromSeconds(10), CancellationToken.None);
        return await reader(new Delivery(messages), revoked);
    }

    public Task StartAsync(Topology topology, CancellationToken stop) => Task.CompletedTask;

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages) await OnSend(message);
        lock (Sent)
        {
            if (!messages.All(Takes)) throw new TransportUnavailableException($"{name} is away.");
            Sent.AddRange(messages);
        }
        return SendResult.AllAccepted;
    }

    public Task<IAsyncDisposable> SubscribeAsync(
        Subscription subscription, OnDelivery onDelivery, CancellationToken stop)
    {
        _reader.TrySetResult(onDelivery);
        return Task.FromResult<IAsyncDisposable>(new Nothing());
    }

    public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
        Task.CompletedTask;

    public Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<PartitionState>>(
            [.. Enumerable.Range(0, subscription.Partitions)
                .Select(partition => new PartitionState(partition, null, Unread, null))]);

    public ValueTask DisposeAsync() => default;

    private sealed class Nothing : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => default;
    }
}
