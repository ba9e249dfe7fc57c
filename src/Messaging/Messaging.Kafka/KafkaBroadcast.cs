using System.Collections.Concurrent;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>
/// Signals that may be lost: one topic of one partition, kept for a minute. Each listening process reads it from its
/// end by itself, without a group, so nothing is committed and nothing is delivered later.
/// </summary>
internal sealed partial class KafkaBroadcast(
    KafkaClients clients, KafkaOptions options, KafkaTopics topics, ILogger logger)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Listener, string> _listeners = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _positioned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IProducer<byte[]?, byte[]>? _producer;
    private Task? _reading;
    private bool _topicIsThere;

    public async Task SendAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        if (!_topicIsThere || _producer is null) await PrepareAsync(stop).ConfigureAwait(false);
        var message = new Message<byte[]?, byte[]>
        {
            Key = System.Text.Encoding.UTF8.GetBytes(channel),
            Value = payload.ToArray(),
        };
        try
        {
            await _producer!.ProduceAsync(
                new TopicPartition(options.BroadcastTopic, 0), message, stop).ConfigureAwait(false);
        }
        catch (ProduceException<byte[]?, byte[]> lost)
        {
            // It is not sent again: the caller knows best whether the next signal says the same.
            throw new TransportUnavailableException(
                $"Kafka did not take the signal on '{channel}': {lost.Error.Reason}", lost);
        }
    }

    public async Task<IAsyncDisposable> ListenAsync(
        string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal, CancellationToken stop)
    {
        await PrepareAsync(stop).ConfigureAwait(false);
        var listener = new Listener(this, onSignal);
        _listeners[listener] = channel;
        try
        {
            await ReadingAsync(stop).ConfigureAwait(false);
            // Each waits, not only the first: that one may have given up before the end of the topic was known.
            await _positioned.Task.WaitAsync(2 * options.RequestTimeout, stop).ConfigureAwait(false);
            return listener;
        }
        catch (Exception failure)
        {
            // Nobody will dispose what was not handed out.
            await listener.DisposeAsync().ConfigureAwait(false);
            if (failure is not TimeoutException) throw;
            throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} does not tell where signals on '{channel}' begin.", failure);
        }
    }

    private async Task ReadingAsync(CancellationToken stop)
    {
        await _starting.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            _reading ??= Task.Factory.StartNew(
                Read, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            _starting.Release();
        }
    }

    private async Task PrepareAsync(CancellationToken stop)
    {
        await _starting.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!_topicIsThere) await topics.PrepareBroadcastAsync(stop).ConfigureAwait(false);
            _topicIsThere = true;
            _producer ??= clients.LossyProducer();
        }
        finally
        {
            _starting.Release();
        }
    }

    private void Read()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                using var consumer = clients.Consumer(
                    $"{options.BroadcastTopic}.{Guid.NewGuid():N}", "broadcast").Build();
                // An explicit offset, asked for now: what is sent once ListenAsync has returned is heard.
                var partition = new TopicPartition(options.BroadcastTopic, 0);
                var end = consumer.QueryWatermarkOffsets(partition, options.RequestTimeout).High;
                consumer.Assign(new TopicPartitionOffset(partition, end));
                _positioned.TrySetResult();
                while (!_stopping.IsCancellationRequested) Hear(consumer);
            }
            catch (Exception failure)
            {
                // Whatever it was, a new consumer listens on: an end in silence would look like silence.
                Log.ListensAnew(logger, failure);
                _stopping.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
            }
        }
    }

    private void Hear(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { } signal) Hand(signal);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            Log.NotHeard(logger, failure.Error.Code, failure.Error.Reason); // The consumer goes on by itself.
            _stopping.Token.WaitHandle.WaitOne(TimeSpan.FromMilliseconds(200));
        }
    }

    private void Hand(ConsumeResult<byte[]?, byte[]?> signal)
    {
        var channel = System.Text.Encoding.UTF8.GetString(signal.Message.Key ?? []);
        foreach (var (listener, _) in _listeners.Where(entry => entry.Value == channel))
            _ = TellAsync(listener, signal.Message.Value);
    }

    private async Task TellAsync(Listener listener, byte[]? payload)
    {
        try
        {
            await listener.OnSignal(payload).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Log.ListenerFailed(logger, failure);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_reading is not null) await _reading.ConfigureAwait(false);
        _producer?.Dispose();
        _starting.Dispose();
        _stopping.Dispose();
    }

    private sealed class Listener(KafkaBroadcast owner, Func<ReadOnlyMemory<byte>, ValueTask> onSignal)
        : IAsyncDisposable
    {
        public Func<ReadOnlyMemory<byte>, ValueTask> OnSignal { get; } = onSignal;

        public ValueTask DisposeAsync()
        {
            owner._listeners.TryRemove(this, out _);
            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4152, LogLevel.Information, "Broadcasts cannot be heard now: {Code}: {Reason}")]
        public static partial void NotHeard(ILogger logger, ErrorCode code, string reason);

        [LoggerMessage(4154, LogLevel.Warning, "Broadcasts cannot be heard now; listening again soon")]
        public static partial void ListensAnew(ILogger logger, Exception failure);

        [LoggerMessage(4153, LogLevel.Error, "A listener to broadcasts failed")]
        public static partial void ListenerFailed(ILogger logger, Exception failure);
    }
}
