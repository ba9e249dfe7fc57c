using Microsoft.Extensions.Logging;
using RabbitMQ.Client;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Keeps one partition's queue consumed: opens a channel, consumes, watches, and begins anew whenever the channel, the
/// consumer or the broker is lost. Only one process's reader is served by the broker at a time (single active
/// consumer); the others wait in line.
/// </summary>
internal sealed partial class PartitionReader(
    BrokerLink link, Declarations declarations, Subscription subscription, int partition, RabbitMqOptions options,
    PartitionBalance balance, WakeUp wake, TimeProvider clock, ILogger logger)
{
    /// <summary>
    /// Messages that the broker may lend a reader ahead of their settling. The same for every reader of every version:
    /// what a dead reader leaves is put back in order, but a next reader that could not take all of it at once and
    /// died too would have its part put back behind the rest (seen on 3.10).
    /// </summary>
    public const ushort Prefetch = 128;

    private static readonly TimeSpan ReconnectDelayFirst = TimeSpan.FromMilliseconds(50);

    private readonly string _queue = Names.Queue(subscription.Subscriber, subscription.Stream, partition);
    private IChannel? _channel;
    private TaskCompletionSource<string>? _lost;
    private uint _dead;
    private bool _failing;

    public int Partition => partition;

    public PartitionBuffer Buffer { get; } = new();

    /// <summary>Whether this process is known to be the one that the broker serves.</summary>
    public bool Active { get; set; }

    /// <summary>Whether this process is among those that the broker may serve.</summary>
    public bool Consumes { get; private set; }

    /// <summary>Whether there is no other process in line, as far as is known.</summary>
    public bool ConsumesAlone => Consumes && balance.Alone;

    public async Task RunAsync(CancellationToken stop)
    {
        var delay = ReconnectDelayFirst;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var began = clock.GetTimestamp();
                var reason = await ReadAsync(stop).ConfigureAwait(false);
                if (stop.IsCancellationRequested) return;
                Log.Lost(logger, _queue, reason);
                if (clock.GetElapsedTime(began) > options.WatchInterval) delay = ReconnectDelayFirst;
                if (reason == PartitionConsumer.Cancelled)
                {
                    await Task.Delay(Declarations.ForgetTime, clock, stop).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it was, the loop goes on: a reader that ends silently is a partition that stands still.
                if (!_failing) Log.Failed(logger, _queue, failure); // Once an outage, not once an attempt.
                _failing = true;
            }
            await Task.Delay(delay, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, options.ReconnectDelayMax.Ticks));
        }
    }

    /// <summary>Tells the broker that the taken messages are done. Late news of an earlier channel are dropped: the
    /// broker delivers again and the inbox knows the messages. Never throws: where it fails, for whatever reason, the
    /// queue is read anew, so that the messages come again instead of staying lent.</summary>
    public async ValueTask SettleAsync(Taken taken)
    {
        var (channel, lost) = (_channel, _lost);
        if (!Buffer.TrySettle(taken) || channel is null) return;
        try
        {
            using var timeout = new CancellationTokenSource(options.BrokerTimeout, clock);
            await channel.BasicAckAsync(taken.LastTag, multiple: true, timeout.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.NotSettled(logger, _queue, failure.Message);
            lost?.TrySetResult("handled messages could not be settled");
        }
    }

    /// <summary>Reads until something ends it; returns what.</summary>
    private async Task<string> ReadAsync(CancellationToken stop)
    {
        var connection = await link.OpenAsync(stop).ConfigureAwait(false);
        var lost = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(false, false), stop).ConfigureAwait(false);
        try
        {
            channel.ChannelShutdownAsync += (_, shutdown) =>
            {
                lost.TrySetResult(shutdown.ReplyText);
                return Task.CompletedTask;
            };
            await declarations.DeclarePartitionAsync(channel, subscription, partition, stop).ConfigureAwait(false);
            await channel.BasicQosAsync(0, Prefetch, global: false, stop).ConfigureAwait(false);
            (_channel, _lost) = (channel, lost);
            _failing = false;
            var consumer = new PartitionConsumer(
                channel, subscription.Stream, partition, Buffer.Begin(),
                Buffer, wake, clock, reason => lost.TrySetResult(reason));
            await channel.BasicConsumeAsync(_queue, autoAck: false, consumer, stop).ConfigureAwait(false);
            Consumes = true;
            return await WatchAsync(connection, channel, lost.Task, stop).ConfigureAwait(false);
        }
        finally
        {
            Active = Consumes = false;
            try
            {
                Buffer.End();
            }
            finally
            {
                // Also when one who was told of the end failed: an open channel would keep what it was lent.
                await CloseAsync(connection, channel).ConfigureAwait(false);
            }
        }
    }

    private async Task<string> WatchAsync(
        IConnection connection, IChannel channel, Task<string> lost, CancellationToken stop)
    {
        var watchdog = new Watchdog(Buffer);
        while (true)
        {
            try
            {
                return await lost.WaitAsync(options.WatchInterval, clock, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // Nothing was lost in this interval; look whether the broker sees it the same way.
            }
            QueueDeclareOk queue;
            try
            {
                queue = await channel.QueueDeclarePassiveAsync(_queue, stop)
                    .WaitAsync(options.BrokerTimeout, clock, stop).ConfigureAwait(false);
            }
            catch (Exception silence)
                when (silence is TimeoutException or OperationCanceledException && !stop.IsCancellationRequested)
            {
                await link.DropAsync(connection, "it answers no more").ConfigureAwait(false);
                return "RabbitMQ answers no more";
            }
            if (partition == 0) await LookForDeadLettersAsync(channel, stop).ConfigureAwait(false);
            var served = Active || balance.Alone;
            if (watchdog.Look(queue.MessageCount, queue.ConsumerCount, served) is { } complaint) return complaint;
            if (!balance.ShouldYield(this)) continue;
            await Task.WhenAny(Buffer.YieldAsync(), lost).WaitAsync(stop).ConfigureAwait(false);
            return "left to another process, to share the work";
        }
    }

    /// <summary>The library parks what cannot be handled; only a policy of the operator puts anything there.</summary>
    private async Task LookForDeadLettersAsync(IChannel channel, CancellationToken stop)
    {
        var name = Names.DeadLetters(subscription.Subscriber, subscription.Stream);
        var look = channel.QueueDeclarePassiveAsync(name, stop).WaitAsync(options.BrokerTimeout, clock, stop);
        var dead = (await look.ConfigureAwait(false)).MessageCount;
        if (dead > _dead) Log.DeadLetters(logger, name, dead);
        _dead = dead;
    }

    /// <summary>Closing hands the partition over at once: the broker puts back in place what it had lent us.</summary>
    private static async Task CloseAsync(IConnection connection, IChannel channel)
    {
        try
        {
            if (connection.IsOpen) await channel.AbortAsync().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            await channel.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
        }
        catch (Exception failure) when (Failures.IsExpected(failure))
        {
            // The connection is gone, and the channel with it.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3110, LogLevel.Information, "RabbitMQ queue {Queue} is read anew: {Reason}")]
        public static partial void Lost(ILogger logger, string queue, string reason);

        [LoggerMessage(3111, LogLevel.Warning, "RabbitMQ queue {Queue} cannot be read; trying again and again")]
        public static partial void Failed(ILogger logger, string queue, Exception failure);

        [LoggerMessage(3113, LogLevel.Error,
            "RabbitMQ queue {Queue} holds {Count} events that a policy (message-ttl, max-length, " +
            "delivery-limit) took from their subscriber. Remove the policy and move them back")]
        public static partial void DeadLetters(ILogger logger, string queue, uint count);

        [LoggerMessage(3112, LogLevel.Information,
            "RabbitMQ queue {Queue}: handled messages could not be settled and will come again: {Reason}")]
        public static partial void NotSettled(ILogger logger, string queue, string reason);
    }
}
