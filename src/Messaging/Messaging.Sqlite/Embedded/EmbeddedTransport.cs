using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>A broker without a server: all local processes share one file.</summary>
internal sealed class EmbeddedTransport : ITransport
{
    private readonly EmbeddedLog _log;
    private readonly LogSignals _signals;
    private readonly LogRetention _retention;
    private readonly LogRenewal _renewal;
    private readonly ILoggerFactory _loggers;
    private readonly ConcurrentDictionary<LogSubscription, byte> _subscriptions = [];
    private bool _started;
    private int _disposed;

    public EmbeddedTransport(IOptions<EmbeddedTransportOptions> options, TimeProvider clock, ILoggerFactory loggers)
    {
        _log = new EmbeddedLog(options.Value, clock);
        _loggers = loggers;
        _signals = new LogSignals(_log, loggers.CreateLogger<EmbeddedTransport>());
        _renewal = new LogRenewal(_log, loggers.CreateLogger<LogRenewal>());
        _retention = new LogRetention(_log, loggers.CreateLogger<LogRetention>());
        Features = new TransportFeatures
        {
            Broadcast = true,
            RetainsForLateSubscribers = true,
            SurvivesPowerLoss = true,
            BodySizeBytesMax = options.Value.BodySizeBytesMax,
            TakeoverMax = TimeSpan.FromSeconds(5),
        };
    }

    public string Name => "embedded";

    public TransportFeatures Features { get; }

    public async Task StartAsync(Topology topology, CancellationToken stop)
    {
        try
        {
            await SqliteFile.CreateAsync(_log.File, _log.Options.SendTimeout, _log.Clock, stop).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw LogErrors.Translate(failure, _log.File, _log.Options.SizeBytesMax);
        }
        catch (InvalidOperationException failure)
        {
            throw new TransportRefusedException($"Messaging:Embedded:File: {failure.Message}", failure);
        }
        await _log.Writer.RunAsync(
            LogWrite.Append, link => { _log.Streams.Declare(link, topology); return true; }, stop)
            .ConfigureAwait(false);
        if (_started) return;
        _started = true;
        _log.Watch.Start();
        _retention.Start();
        _renewal.Start();
    }

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        if (messages.Count == 0) return SendResult.AllAccepted;
        var failures = new List<SendFailure>();
        var entries = new List<(long Partition, WireMessage Message)>(messages.Count);
        for (var index = 0; index < messages.Count; index++)
        {
            if (Refusal(messages[index]) is { } reason)
            {
                failures.Add(new SendFailure(index, SendOutcome.Refused, reason));
            }
            else
            {
                entries.Add((_log.Streams.Find(messages[index].Stream)![messages[index].Partition], messages[index]));
            }
        }
        stop.ThrowIfCancellationRequested();
        if (entries.Count > 0)
        {
            var now = _log.Clock.GetUtcNow();
            await _log.Writer.RunAsync(
                LogWrite.Append, link => { LogEntries.Append(link, entries, now); return true; }, stop)
                .ConfigureAwait(false);
        }
        return failures.Count == 0 ? SendResult.AllAccepted : new SendResult(failures);
    }

    public Task<IAsyncDisposable> SubscribeAsync(
        Subscription subscription, OnDelivery onDelivery, CancellationToken stop)
    {
        ThrowUnlessDeclared(subscription.Stream);
        var reading = new LogSubscription(
            _log, _renewal, subscription, onDelivery, _loggers.CreateLogger<LogSubscription>(),
            disposed => _subscriptions.TryRemove(disposed, out _));
        _subscriptions[reading] = 0;
        return Task.FromResult<IAsyncDisposable>(reading);
    }

    public Task BroadcastAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop) =>
        _signals.SendAsync(channel, payload, stop);

    public Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop) =>
        Task.FromResult(_signals.Listen(channel, onSignal));

    public Task<IReadOnlyList<PartitionState>> InspectAsync(Subscription subscription, CancellationToken stop)
    {
        ThrowUnlessDeclared(subscription.Stream);
        try
        {
            using var link = _log.OpenReader();
            return Task.FromResult<IReadOnlyList<PartitionState>>(
                LogInspection.Read(
                    link, subscription, _log.Streams.Find(subscription.Stream)!, _log.Options.LeaseDuration));
        }
        catch (SqliteException failure)
        {
            return Task.FromException<IReadOnlyList<PartitionState>>(
                LogErrors.Translate(failure, _log.File, _log.Options.SizeBytesMax));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await Task.WhenAll(
            _subscriptions.Keys.Select(subscription => subscription.DisposeAsync().AsTask())).ConfigureAwait(false);
        await _signals.DisposeAsync().ConfigureAwait(false);
        await _renewal.DisposeAsync().ConfigureAwait(false);
        await _retention.DisposeAsync().ConfigureAwait(false);
        _log.Dispose();
    }

    /// <summary>For tests: ends as with the death of the process, giving nothing back.</summary>
    internal void Abandon()
    {
        foreach (var subscription in _subscriptions.Keys) subscription.Abandon();
    }

    private string? Refusal(WireMessage message)
    {
        if (message.Body.Length > _log.Options.BodySizeBytesMax)
        {
            return $"The message {message.Id} of {message.Stream} has {message.Body.Length} bytes; " +
                   $"Messaging:Embedded:BodySizeBytesMax allows {_log.Options.BodySizeBytesMax}.";
        }
        if (_log.Streams.Find(message.Stream) is not { } partitions)
            return $"The stream '{message.Stream}' was not declared when this process started.";
        return message.Partition >= 0 && message.Partition < partitions.Length
            ? null
            : $"The stream '{message.Stream}' has the partitions 0 to {partitions.Length - 1}, " +
                $"not {message.Partition}.";
    }

    private void ThrowUnlessDeclared(string stream)
    {
        if (_log.Streams.Find(stream) is null)
        {
            throw new InvalidOperationException(
                $"Call StartAsync with a topology that names the stream '{stream}' first.");
        }
    }
}
