using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Redis;

/// <summary>A Redis stream per partition, a group per subscriber, one leased reader per partition;
/// Pub/Sub for signals.</summary>
internal sealed class RedisTransport : ITransport
{
    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly RedisLink _publishing;
    private readonly RedisLink _reading;
    private readonly RedisPublisher _publisher;
    private readonly Trimmer _trimmer;
    private readonly SettingsCheck _check;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<RedisSubscription, bool> _subscriptions = new();
    private readonly string _member;
    private Task _trimming = Task.CompletedTask;

    public RedisTransport(RedisOptions options, string service, TimeProvider clock, ILogger<RedisTransport> logger)
    {
        _options = options;
        _clock = clock;
        _logger = logger;
        _member = $"{service}/{Environment.MachineName}/{Environment.ProcessId}";
        _publishing = new RedisLink(options, $"{service} publish", options.SendTimeout, logger);
        _reading = new RedisLink(options, $"{service} read", options.BrokerTimeout, logger);
        _publisher = new RedisPublisher(_publishing, options);
        _trimmer = new Trimmer(_reading, options, clock, logger);
        _check = new SettingsCheck(options, logger);
    }

    public string Name => "redis";

    public TransportFeatures Features => new()
    {
        SurvivesPowerLoss = !_options.AcceptEverysecFsync
            && !_options.AcceptNoAppendOnlyFile && !_options.AcceptUnknownSettings,
        BodySizeBytesMax = _options.BodySizeBytesMax,
        TakeoverMax = TimeSpan.FromSeconds(10),
    };

    public async Task StartAsync(Topology topology, CancellationToken stop)
    {
        try
        {
            var multiplexer = await _reading.OpenAsync(stop).ConfigureAwait(false);
            _publisher.WaitsForFile = await _check.RunAsync(multiplexer)
                .WaitAsync(_options.BrokerTimeout * 2, stop).ConfigureAwait(false);
            await DeclareAsync(multiplexer.GetDatabase(), topology)
                .WaitAsync(_options.BrokerTimeout * 4, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure) && !stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, "checking settings and creating groups");
        }
        _publisher.Declared = topology.Streams.Select(stream => stream.Name).ToHashSet(StringComparer.Ordinal);
        if (!_trimming.IsCompleted) return;
        var streams = topology.Streams.Select(stream => (stream.Name, stream.Partitions))
            .Concat(topology.Subscriptions.Select(read => (read.Stream, read.Partitions))).Distinct().ToList();
        _trimming = EndlessLoop.RunAsync(
            "Trimming", stop => _trimmer.RunAsync(streams, stop), _clock, _logger, _stop.Token);
    }

    public Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop) =>
        _publisher.SendAsync(messages, stop);

    public Task<IAsyncDisposable> SubscribeAsync(
        Subscription subscription, OnDelivery onDelivery, CancellationToken stop)
    {
        // Each subscription is a member of its own, so that two of one process share like two processes.
        var member = $"{_member}/{Guid.NewGuid():N}";
        var reading = new RedisSubscription(_reading, subscription, onDelivery, member, _options, _clock, _logger);
        _subscriptions[reading] = true;
        return Task.FromResult<IAsyncDisposable>(new Ending(this, reading));
    }

    public async Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        try
        {
            var multiplexer = await _publishing.OpenAsync(stop).ConfigureAwait(false);
            await multiplexer.GetSubscriber().PublishAsync(Keys.Broadcast(channel), payload)
                .WaitAsync(_options.BrokerTimeout, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure) && !stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, $"broadcasting on '{channel}'");
        }
    }

    public async Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop)
    {
        var listener = new BroadcastListener(_reading, channel, onSignal, _options, _clock, _logger);
        await listener.FirstAsync(stop).ConfigureAwait(false);
        return listener;
    }

    public async Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop)
    {
        try
        {
            var database = (await _reading.OpenAsync(stop).ConfigureAwait(false)).GetDatabase();
            var states = Enumerable.Range(0, subscription.Partitions)
                .Select(partition => Inspection.OfAsync(database, subscription, partition));
            return await Task.WhenAll(states).WaitAsync(_options.BrokerTimeout * 2, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure) && !stop.IsCancellationRequested)
        {
            throw Failures.Sort(failure, $"inspecting '{subscription.Subscriber}' on '{subscription.Stream}'");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscription in _subscriptions.Keys) await subscription.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _trimming.ConfigureAwait(false);
        await _publishing.DisposeAsync().ConfigureAwait(false);
        await _reading.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task DeclareAsync(IDatabase database, Topology topology)
    {
        foreach (var stream in topology.Streams)
        {
            await CheckPartitionsAsync(database, stream.Name, stream.Partitions).ConfigureAwait(false);

            // The groups of known subscribers exist from the start, so that their events are not
            // trimmed before they come.
            foreach (var subscriber in stream.Subscribers)
                await CreateGroupsAsync(database, stream.Name, stream.Partitions, subscriber).ConfigureAwait(false);
        }
        foreach (var read in topology.Subscriptions)
        {
            await CheckPartitionsAsync(database, read.Stream, read.Partitions).ConfigureAwait(false);
            await CreateGroupsAsync(database, read.Stream, read.Partitions, read.Subscriber).ConfigureAwait(false);
        }
    }

    private static async Task CheckPartitionsAsync(IDatabase database, string stream, int partitions)
    {
        var key = Keys.PartitionCount(stream);
        await database.StringSetAsync(key, partitions, when: When.NotExists).ConfigureAwait(false);
        var created = (int)await database.StringGetAsync(key).ConfigureAwait(false);
        if (created != partitions)
        {
            throw new TransportRefusedException(
                $"Messaging:Partitions is {partitions}, but the stream '{stream}' was created at Redis with " +
                $"{created} (key '{key}'). The count of a stream is fixed: set Messaging:Partitions back.");
        }
    }

    private static Task CreateGroupsAsync(IDatabase database, string stream, int partitions, string subscriber) =>
        Task.WhenAll(Enumerable.Range(0, partitions).Select(partition =>
            Groups.CreateAsync(database, Keys.Stream(stream, partition), subscriber)));

    private sealed class Ending(RedisTransport owner, RedisSubscription reading) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await reading.DisposeAsync().ConfigureAwait(false);
            owner._subscriptions.TryRemove(reading, out _);
        }
    }
}
