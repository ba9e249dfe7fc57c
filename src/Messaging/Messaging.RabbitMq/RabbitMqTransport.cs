using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Streams as exchanges, a quorum queue per subscription and partition; two connections,
/// one for each way.</summary>
internal sealed partial class RabbitMqTransport : ITransport
{
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Declarations _declarations;
    private readonly BrokerLink _publishing;
    private readonly BrokerLink _consuming;
    private readonly Publisher _publisher;
    private readonly Broadcasts _broadcasts;
    private readonly ConcurrentDictionary<RabbitSubscription, bool> _subscriptions = new();
    private readonly string _member;
    private Topology _topology = new([], []);

    public RabbitMqTransport(
        RabbitMqOptions options, string service, TimeProvider clock, ILogger<RabbitMqTransport> logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _declarations = new Declarations(options);
        _member = $"{service}/{Environment.MachineName}/{Environment.ProcessId}";
        _publishing = new BrokerLink(options, $"{_member} publish", OnOpenedAsync, clock, logger);
        _consuming = new BrokerLink(options, $"{_member} consume", static (_, _) => Task.CompletedTask, clock, logger);
        _publisher = new Publisher(_publishing, options, clock);
        _broadcasts = new Broadcasts(_publishing, _consuming, options, clock, logger);
    }

    public string Name => "rabbitmq";

    public TransportFeatures Features => new()
    {
        SurvivesPowerLoss = true, // Quorum queues sync before they confirm.
        CountsLent = false, // A passive declaration tells what is ready, and there is no other question in AMQP.
        BodySizeBytesMax = _options.BodySizeBytesMax,
        TakeoverMax = TimeSpan.FromSeconds(10),
    };

    public async Task StartAsync(Topology topology, CancellationToken stop)
    {
        _topology = topology;
        foreach (var stream in topology.Streams.Where(stream => stream.Subscribers.Count == 0))
        {
            Log.NoSubscribers(_logger, stream.Name, Names.Retained(stream.Name), _options.RetainedSizeBytesMax);
        }
        var connection = await _publishing.OpenAsync(stop).ConfigureAwait(false);

        // A connection opened by an earlier send has declared an earlier topology.
        await OnOpenedAsync(connection, stop).ConfigureAwait(false);
    }

    public Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop) =>
        _publisher.SendAsync(messages, stop);

    public Task<IAsyncDisposable> SubscribeAsync(
        Subscription subscription, OnDelivery onDelivery, CancellationToken stop)
    {
        // Each subscription is a member of its own, so that two of one process share like two processes.
        var presence = new Presence(
            _broadcasts, Names.Members(subscription.Subscriber, subscription.Stream), $"{_member}/{Guid.NewGuid():N}",
            _options.WatchInterval / 2, _clock);
        var reading = new RabbitSubscription(
            _consuming, _declarations, presence, subscription, onDelivery, _options, _clock, _logger);
        _subscriptions[reading] = true;
        return Task.FromResult<IAsyncDisposable>(new Ending(this, reading));
    }

    public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
        _broadcasts.SendAsync(channel, payload, stop);

    public Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
        _broadcasts.ListenAsync(channel, onSignal, stop);

    /// <remarks>RabbitMQ tells how many wait and how many consume, not who and since when. This process knows it of the
    /// partitions that it reads, because the oldest messages are always lent to the reader.</remarks>
    public async Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop)
    {
        try
        {
            var connection = await _publishing.OpenAsync(stop).ConfigureAwait(false);
            var states = new List<PartitionState>(subscription.Partitions);
            for (var partition = 0; partition < subscription.Partitions; partition++)
            {
                states.Add(await InspectAsync(connection, subscription, partition, stop).ConfigureAwait(false));
            }
            return states;
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, $"inspecting '{subscription.Subscriber}' on '{subscription.Stream}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions.Keys) await subscription.DisposeAsync().ConfigureAwait(false);
        await _publishing.DisposeAsync().ConfigureAwait(false);
        await _consuming.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<PartitionState> InspectAsync(
        IConnection connection, Subscription read, int partition, CancellationToken stop)
    {
        var own = _subscriptions.Keys
            .FirstOrDefault(reading => reading.Subscription.Stream == read.Stream
                && reading.Subscription.Subscriber == read.Subscriber)
            ?.Reader(partition);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(false, false), stop).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            try
            {
                var name = Names.Queue(read.Subscriber, read.Stream, partition);
                var queue = await channel.QueueDeclarePassiveAsync(name, stop).ConfigureAwait(false);
                return new PartitionState(
                    partition, Owner(own, queue.ConsumerCount), queue.MessageCount + (own?.Buffer.Held ?? 0),
                    own?.Buffer.OldestSentAt);
            }
            catch (OperationInterruptedException missing) when (missing.ShutdownReason?.ReplyCode == 404)
            {
                return new PartitionState(partition, null, 0, null);
            }
        }
    }

    /// <summary>The broker does not tell whom it serves; who was served knows it, and so does who is alone.</summary>
    /// <param name="consumers">Those the broker serves, not those in line.</param>
    private string? Owner(PartitionReader? own, uint consumers) =>
        consumers == 0 ? null
        : own is { Active: true } or { ConsumesAlone: true } ? _member
        : own is { Consumes: true } ? "this or another process"
        : "another process";

    private async Task OnOpenedAsync(IConnection connection, CancellationToken stop)
    {
        try
        {
            await _declarations.DeclareAsync(connection, _topology, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (!stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, "declaring exchanges and queues");
        }
    }

    private sealed class Ending(RabbitMqTransport owner, RabbitSubscription reading) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await reading.DisposeAsync().ConfigureAwait(false);
            owner._subscriptions.TryRemove(reading, out _);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3140, LogLevel.Warning,
            "No subscriber of the stream {Stream} is known: its events are kept in RabbitMQ's queue {Queue}, " +
            "at most {SizeBytesMax} bytes, the oldest going first")]
        public static partial void NoSubscribers(ILogger logger, string stream, string queue, long sizeBytesMax);
    }
}
