using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.Redis;

/// <summary>Listens on one Pub/Sub channel, and listens again whenever the connection was replaced,
/// until disposed.</summary>
internal sealed partial class BroadcastListener : IAsyncDisposable
{
    private readonly RedisLink _link;
    private readonly string _channel;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask> _onSignal;
    private readonly RedisOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public BroadcastListener(
        RedisLink link, string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal,
        RedisOptions options, TimeProvider clock, ILogger logger)
    {
        _link = link;
        _channel = channel;
        _onSignal = onSignal;
        _options = options;
        _clock = clock;
        _logger = logger;
        _running = EndlessLoop.RunAsync($"Listening on {channel}", RunAsync, clock, logger, _stop.Token);
    }

    /// <summary>Waits until signals are received, but not for a server that is away.</summary>
    public async Task FirstAsync(CancellationToken stop) =>
        await _first.Task.WaitAsync(_options.BrokerTimeout, _clock, stop)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync(CancellationToken stop)
    {
        ConnectionMultiplexer? listening = null;
        ChannelMessageQueue? queue = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var multiplexer = await _link.OpenAsync(stop).ConfigureAwait(false);
                if (!ReferenceEquals(multiplexer, listening))
                {
                    queue = await multiplexer.GetSubscriber()
                        .SubscribeAsync(Keys.Broadcast(_channel)).ConfigureAwait(false);
                    queue.OnMessage(HandAsync);
                    listening = multiplexer;
                    _first.TrySetResult();
                }
            }
            catch (Exception failure) when (!stop.IsCancellationRequested)
            {
                Log.NotListening(_logger, _channel, failure.Message);
            }
            await Task.Delay(
                _options.BrokerTimeout, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        if (queue is not null) await UnsubscribeAsync(queue).ConfigureAwait(false);
    }

    private static async Task UnsubscribeAsync(ChannelMessageQueue queue)
    {
        try
        {
            await queue.UnsubscribeAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // The connection is gone, and the subscription with it.
        }
    }

    private async Task HandAsync(ChannelMessage signal)
    {
        try
        {
            await _onSignal((byte[]?)signal.Message ?? []).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.SignalFailed(_logger, _channel, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3260, LogLevel.Warning, "Signals on {Channel} are not heard; listening again soon: {Reason}")]
        public static partial void NotListening(ILogger logger, string channel, string reason);

        [LoggerMessage(3261, LogLevel.Error, "A listener on {Channel} failed; the signal is gone")]
        public static partial void SignalFailed(ILogger logger, string channel, Exception failure);
    }
}
