using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>
/// One subscription of this process: a thread of its own that reads until disposed. A reader that fails is replaced by
/// a new one, with backoff, for ever.
/// </summary>
internal sealed partial class KafkaSubscription : IAsyncDisposable
{
    private static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(2);
    private readonly Subscription _subscription;
    private readonly OnDelivery _onDelivery;
    private readonly KafkaClients _clients;
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();

    // A name of this subscription's own in its group (KIP-345), kept by every consumer it builds. A reader that the
    // broker's absence made forget its membership then takes its place back at once; without a name it is a stranger,
    // and the group waits a whole session for the member that it was before.
    private readonly string _member = Guid.NewGuid().ToString("N");
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _abandoned;
    private int _disposed;

    public KafkaSubscription(
        Subscription subscription, OnDelivery onDelivery, KafkaClients clients, KafkaOptions options, ILogger logger)
    {
        (_subscription, _onDelivery, _clients, _options, _logger) =
            (subscription, onDelivery, clients, options, logger);
        new Thread(Run) { IsBackground = true, Name = $"kafka {GroupOf(subscription)}" }.Start();
    }

    /// <summary>The consumer group: one for each subscription, so that a service's streams rebalance apart.</summary>
    public static string GroupOf(Subscription subscription) => $"{subscription.Subscriber}.{subscription.Stream}";

    /// <summary>Waits for the delivery in work (bounded) and leaves the group, so that others read
    /// on at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            // Leaving the group needs the broker; if that is away, its session timeout does the same later.
            await _ended.Task.WaitAsync(_options.RevokeTimeout + (2 * _options.RequestTimeout)).ConfigureAwait(false);
            _stopping.Dispose();
        }
        catch (TimeoutException)
        {
            Log.LeftWithoutGoodbye(_logger, GroupOf(_subscription));
        }
    }

    /// <summary>Ends as the death of the process would: the group is not told.</summary>
    public async Task AbandonAsync()
    {
        _abandoned = true;
        await DisposeAsync().ConfigureAwait(false);
    }

    private void Run()
    {
        var backoff = TimeSpan.FromMilliseconds(100);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                new KafkaReader(
                    _subscription, _member, _onDelivery, _clients, _options, _logger, _stopping.Token)
                    .Read(leave: () => !_abandoned);
            }
            catch (Exception failure)
            {
                Log.ReaderFailed(_logger, failure, GroupOf(_subscription), backoff);
                _stopping.Token.WaitHandle.WaitOne(backoff);
                backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
            }
        }
        _ended.TrySetResult();
    }

    private static partial class Log
    {
        [LoggerMessage(4131, LogLevel.Warning, "The Kafka reader of {Group} failed; a new one starts in {Backoff}")]
        public static partial void ReaderFailed(ILogger logger, Exception failure, string group, TimeSpan backoff);

        [LoggerMessage(4132, LogLevel.Information,
            "The Kafka reader of {Group} could not say goodbye to the broker in time; " +
            "its partitions are free after the session timeout")]
        public static partial void LeftWithoutGoodbye(ILogger logger, string group);
    }
}
