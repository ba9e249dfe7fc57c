using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>Streams as Kafka topics: a partition of the stream is a partition of the topic,
/// a subscription is a group.</summary>
internal sealed class KafkaTransport : ITransport
{
    private readonly KafkaOptions _options;
    private readonly KafkaClients _clients;
    private readonly ILoggerFactory _loggers;
    private readonly Lazy<IAdminClient> _admin;
    private readonly Lazy<KafkaTopics> _topics;
    private readonly Lazy<KafkaBroadcast> _broadcast;
    private readonly KafkaProducer _producer;
    private readonly ConcurrentBag<KafkaSubscription> _subscriptions = [];
    private bool _disposed;

    public KafkaTransport(IOptions<KafkaOptions> options, ILoggerFactory loggers, TimeProvider clock)
    {
        _options = options.Value;
        _loggers = loggers;
        var logger = loggers.CreateLogger<KafkaTransport>();
        _clients = new KafkaClients(_options, logger);
        _admin = new(_clients.Admin);
        _topics = new(() => new KafkaTopics(_admin.Value, _options, logger));
        _broadcast = new(() => new KafkaBroadcast(_clients, _options, _topics.Value, logger));
        _producer = new KafkaProducer(_clients, _options, clock, logger, _topics);
        Features = new TransportFeatures
        {
            Broadcast = true,
            RetainsForLateSubscribers = true,
            // Kafka does not sync each write to disk; what survives a machine's loss of power is on another machine.
            SurvivesPowerLoss = !_options.AcceptSingleReplica,
            BodySizeBytesMax = _options.BodySizeBytesMax,
            TakeoverMax = TimeSpan.FromSeconds(10),
        };
    }

    public string Name => "kafka";

    internal Confluent.Kafka.Handle? ProducerHandle => _producer.Handle;

    internal bool ProducerHasFailed => _producer.HasFailed;

    public TransportFeatures Features { get; }

    /// <inheritdoc/>
    public Task StartAsync(Topology topology, CancellationToken stop) => _topics.Value.PrepareAsync(topology, stop);

    /// <inheritdoc/>
    public Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop) =>
        messages.Count == 0 ? Task.FromResult(SendResult.AllAccepted) : _producer.SendAsync(messages, stop);

    /// <inheritdoc/>
    public Task<IAsyncDisposable> SubscribeAsync(
        Subscription subscription, OnDelivery onDelivery, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var reading = new KafkaSubscription(
            subscription, onDelivery, _clients, _options, _loggers.CreateLogger<KafkaSubscription>());
        _subscriptions.Add(reading);
        return Task.FromResult<IAsyncDisposable>(reading);
    }

    /// <summary>For tests: ends all reading as the death of the process would, with nothing settled
    /// and no goodbye.</summary>
    internal async Task AbandonAsync()
    {
        foreach (var subscription in _subscriptions) await subscription.AbandonAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
        _broadcast.Value.SendAsync(channel, payload, stop);

    /// <inheritdoc/>
    public Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
        _broadcast.Value.ListenAsync(channel, onSignal, stop);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop) =>
        KafkaInspection.ReadAsync(_admin.Value, _clients, subscription, _options.RequestTimeout, stop);

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        foreach (var subscription in _subscriptions) await subscription.DisposeAsync().ConfigureAwait(false);
        if (_broadcast.IsValueCreated) await _broadcast.Value.DisposeAsync().ConfigureAwait(false);
        _producer.Dispose();
        if (_admin.IsValueCreated) _admin.Value.Dispose();
    }
}
