using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>A broker in memory whose behaviour a test decides. Every transport made of it shares its logs.</summary>
internal sealed class MemoryBroker
{
    private readonly Lock _sync = new();
    private readonly Dictionary<string, List<WireMessage>> _logs = [];
    private readonly Dictionary<(string Stream, string Subscriber), int> _read = [];
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Decides a message's fate; null accepts it.</summary>
    public Func<WireMessage, SendFailure?> Judge { get; set; } = _ => null;

    public bool IsAway { get; set; }

    /// <summary>What the broker waits for before it confirms what it has.</summary>
    public Task Confirms { get; set; } = Task.CompletedTask;

    public IReadOnlyList<WireMessage> Log(string stream)
    {
        lock (_sync) return _logs.TryGetValue(stream, out var log) ? [.. log] : [];
    }

    public ITransport Connect(int bodySizeBytesMax = 1024 * 1024) => new Connection(this, bodySizeBytesMax);

    public void Append(WireMessage message)
    {
        lock (_sync)
        {
            if (!_logs.TryGetValue(message.Stream, out var log)) _logs[message.Stream] = log = [];
            log.Add(message);
            _grown.TrySetResult();
        }
    }

    private sealed class Connection(MemoryBroker broker, int bodySizeBytesMax) : ITransport
    {
        public string Name => "memory";

        public TransportFeatures Features { get; } = new() { BodySizeBytesMax = bodySizeBytesMax };

        public Task StartAsync(Topology topology, CancellationToken stop) => broker.IsAway
            ? throw new TransportUnavailableException("The broker is away.")
            : Task.CompletedTask;

        public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
        {
            if (broker.IsAway) throw new TransportUnavailableException("The broker is away.");
            var confirms = broker.Confirms; // Before anybody sees the messages, and gives it another.
            var failures = new List<SendFailure>();
            var unknown = new HashSet<int>();
            for (var i = 0; i < messages.Count; i++)
            {
                var failure = unknown.Contains(messages[i].Partition)
                    ? new SendFailure(i, SendOutcome.Unknown, "after an unknown one")
                    : broker.Judge(messages[i]);
                if (failure is null) broker.Append(messages[i]);
                else failures.Add(failure with { Index = i });
                if (failure?.Outcome == SendOutcome.Unknown) unknown.Add(messages[i].Partition);
            }
            await confirms.WaitAsync(stop);
            return new SendResult(failures);
        }

        public Task<IAsyncDisposable> SubscribeAsync(
            Subscription subscription, OnDelivery onDelivery, CancellationToken stop) =>
            Task.FromResult<IAsyncDisposable>(new Reader(broker, subscription, onDelivery));

        public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
            Task.CompletedTask;

        public Task<IAsyncDisposable> ListenAsync(
            string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop) =>
            Task.FromResult<IReadOnlyList<PartitionState>>([]);

        public ValueTask DisposeAsync() => default;
    }

    private sealed class Reader : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _loop;

        public Reader(MemoryBroker broker, Subscription subscription, OnDelivery onDelivery) =>
            _loop = ReadAsync(broker, subscription, onDelivery);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _loop;
            _stop.Dispose();
        }

        private async Task ReadAsync(MemoryBroker broker, Subscription subscription, OnDelivery onDelivery)
        {
            await Task.Yield();
            var place = (subscription.Stream, subscription.Subscriber);
            while (!_stop.IsCancellationRequested)
            {
                List<WireMessage> messages = [];
                Task grown;
                lock (broker._sync)
                {
                    if (broker._grown.Task.IsCompleted)
                        broker._grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    grown = broker._grown.Task;
                    var from = broker._read.GetValueOrDefault(place);
                    if (broker._logs.TryGetValue(subscription.Stream, out var log))
                        messages = [.. log.Skip(from).Take(subscription.BatchMax)];
                }
                if (messages.Count == 0)
                {
                    await grown.WaitAsync(_stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }
                if (await onDelivery(new Delivery(messages), _stop.Token) == DeliveryOutcome.Settle)
                {
                    lock (broker._sync) broker._read[place] = broker._read.GetValueOrDefault(place) + messages.Count;
                }
            }
        }
    }
}
