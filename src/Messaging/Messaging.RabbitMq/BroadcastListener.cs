using Microsoft.Extensions.Logging;
using RabbitMQ.Client.Events;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.RabbitMq;

/// <summary>Listens on one channel, and listens again after each loss, until disposed.</summary>
internal sealed partial class BroadcastListener : IAsyncDisposable
{
    private readonly BrokerLink _link;
    private readonly string _channel;
    private readonly Func<ReadOnlyMemory<byte>, ValueTask> _onSignal;
    private readonly RabbitMqOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _running;

    public BroadcastListener(
        BrokerLink link, string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal,
        RabbitMqOptions options, TimeProvider clock, ILogger logger)
    {
        _link = link;
        _channel = channel;
        _onSignal = onSignal;
        _options = options;
        _clock = clock;
        _logger = logger;
        _running = EndlessLoop.RunAsync($"Listening on {channel}", RunAsync, clock, logger, _stop.Token);
    }

    /// <summary>Waits until signals are received, but not for a broker that is away.</summary>
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
        var failing = false;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stop).ConfigureAwait(false);
                failing = false;
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                if (!failing) Log.NotListening(_logger, _channel, failure);
                failing = true;
            }
            await Task.Delay(
                _options.ReconnectDelayMax, _clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ListenAsync(CancellationToken stop)
    {
        var connection = await _link.OpenAsync(stop).ConfigureAwait(false);
        var channel = await connection.CreateChannelAsync(Broadcasts.Plain, stop).ConfigureAwait(false);
        await using (channel.ConfigureAwait(false))
        {
            var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            channel.ChannelShutdownAsync += (_, _) =>
            {
                lost.TrySetResult();
                return Task.CompletedTask;
            };
            var exchange = Names.Broadcast(_channel);
            await Broadcasts.DeclareAsync(channel, exchange, stop).ConfigureAwait(false);
            var bound = new Dictionary<string, object?>
            {
                ["x-queue-type"] = "classic",
                ["x-max-length"] = 1000, // A listener that falls behind loses the oldest signals.
                ["x-overflow"] = "drop-head",
            };
            var queue = await channel.QueueDeclareAsync(
                "", false, true, true, bound, cancellationToken: stop).ConfigureAwait(false);
            await channel.QueueBindAsync(queue.QueueName, exchange, "", cancellationToken: stop).ConfigureAwait(false);
            var consumer = new AsyncEventingBasicConsumer(channel);
            consumer.UnregisteredAsync += (_, _) => // Its queue was deleted; the channel stays open.
            {
                lost.TrySetResult();
                return Task.CompletedTask;
            };
            consumer.ReceivedAsync += (_, signal) => HandAsync(signal.Body);
            await channel.BasicConsumeAsync(
                queue.QueueName, autoAck: true, "", noLocal: false,
                exclusive: false, null, consumer, stop).ConfigureAwait(false);
            _first.TrySetResult();
            await lost.Task.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task HandAsync(ReadOnlyMemory<byte> payload)
    {
        try
        {
            await _onSignal(payload.ToArray()).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.SignalFailed(_logger, _channel, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3130, LogLevel.Warning, "Signals on {Channel} are not heard; listening again soon")]
        public static partial void NotListening(ILogger logger, string channel, Exception failure);

        [LoggerMessage(3131, LogLevel.Error, "A listener on {Channel} failed; the signal is gone")]
        public static partial void SignalFailed(ILogger logger, string channel, Exception failure);
    }
}
