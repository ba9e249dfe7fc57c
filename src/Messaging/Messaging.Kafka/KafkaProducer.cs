using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>
/// The process's one idempotent producer. It is replaced when it fails for good (fenced, out of sequence, a gap) or
/// when it stands still although the broker answers; the caller sends again from its lowest unsettled message.
/// </summary>
/// <remarks>
/// Why order survives a replacement and a timeout: each producer writes a gapless prefix of what it was given, and each
/// resend begins at or before the lowest unsettled message. However the broker interleaves old and new requests, the
/// first copies stand in order; the later copies are what the inbox is for.
/// </remarks>
internal sealed partial class KafkaProducer(
    KafkaClients clients, KafkaOptions options, TimeProvider clock, ILogger logger, Lazy<KafkaTopics> topics)
    : IDisposable
{
    private static readonly Error NotHandedOver = new(ErrorCode.Local_QueueFull, "The client had no room for it.");
    private static readonly Error ProducerGone = new(ErrorCode.Local_PurgeQueue, "The producer was replaced.");
    private readonly Lock _gate = new();
    private readonly List<PendingSend> _open = [];
    private ProducerLife? _life;
    private bool _disposed;

    /// <summary>The native client, for tests that make it fail.</summary>
    internal Handle? Handle => _life?.Client.Handle;

    /// <summary>Whether the next send gets a new native client, for tests that wait for it.</summary>
    internal bool HasFailed => _life is { HasFailed: true };

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        var deadline = new Deadline(clock, options.SendTimeout);
        await WaitForLeftOversAsync(deadline, stop).ConfigureAwait(false);
        var send = Begin(messages.Count);
        try
        {
            await EnqueueAllAsync(messages, send, deadline, stop).ConfigureAwait(false);
            await send.Done.WaitAsync(deadline.Left, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!send.AnyKnown)
        {
            throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} did not answer within {options.SendTimeout} " +
                $"({KafkaOptions.Section}:SendTimeout).");
        }
        catch (TimeoutException)
        {
            // Some partitions answered, others did not: the result says which.
        }
        finally
        {
            send.IsLeftOver = true;
            if (send.Failure is { } failure) send.Life.FailAfter(failure);
        }
        var result = send.Result(messages);
        if (result.Failures.Count == messages.Count && !send.AnyKnown)
        {
            throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} accepted nothing: {result.Failures[0].Reason}");
        }
        return result;
    }

    /// <summary>
    /// Messages of an earlier send that timed out still wait inside the client, which bounds them by nothing but time:
    /// nothing more is handed to it until they are answered. So memory stays flat while the broker is away.
    /// </summary>
    private async Task WaitForLeftOversAsync(Deadline deadline, CancellationToken stop)
    {
        PendingSend[] waiting;
        lock (_gate)
        {
            _open.RemoveAll(send => send.Done.IsCompleted);
            waiting = [.. _open.Where(send => send.IsLeftOver)];
        }
        if (waiting.Length == 0) return;
        try
        {
            await Task.WhenAll(waiting.Select(send => send.Done))
                .WaitAsync(deadline.Left, clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            if (clock.GetElapsedTime(waiting.Min(send => send.Begun)) > 2 * options.SendTimeout)
                await ReplaceIfBrokerAnswersAsync(stop).ConfigureAwait(false);
            throw new TransportUnavailableException(
                $"Kafka at {options.BootstrapServers} has not answered earlier messages for {options.SendTimeout}.");
        }
    }

    private async Task EnqueueAllAsync(
        IReadOnlyList<WireMessage> messages, PendingSend send, Deadline deadline, CancellationToken stop)
    {
        var next = 0;
        try
        {
            for (; next < messages.Count; next++)
                await EnqueueAsync(messages[next], next, send, deadline, stop).ConfigureAwait(false);
        }
        finally
        {
            // The client reports only what it was given, and the next send waits for the reports of all.
            for (; next < messages.Count; next++) send.Report(next, NotHandedOver);
        }
    }

    private async ValueTask EnqueueAsync(
        WireMessage message, int index, PendingSend send, Deadline deadline, CancellationToken stop)
    {
        if (await RefusalAsync(message, stop).ConfigureAwait(false) is { } refusal)
        {
            send.Report(index, refusal);
            return;
        }
        while (true)
        {
            try
            {
                send.Life.Client.Produce(
                    new TopicPartition(message.Stream, message.Partition),
                    KafkaWire.ToKafka(message), send.ReportOf(index));
                return;
            }
            catch (ProduceException<byte[]?, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                // The same message again, never the next one: that would change their order.
                if (deadline.HasPassed) throw new TimeoutException();
                await Task.Delay(TimeSpan.FromMilliseconds(5), clock, stop).ConfigureAwait(false);
            }
            catch (ProduceException<byte[]?, byte[]> refused)
            {
                send.Life.FailAfter(refused.Error);
                send.Report(index, refused.Error);
                return;
            }
        }
    }

    /// <summary>What the broker would refuse is refused here: a failure inside the client would end the producer, since
    /// it cannot leave a gap.</summary>
    private async ValueTask<Error?> RefusalAsync(WireMessage message, CancellationToken stop)
    {
        if (message.Body.Length > options.BodySizeBytesMax)
        {
            return new Error(ErrorCode.MsgSizeTooLarge,
                $"The body has {message.Body.Length} bytes; " +
                $"{KafkaOptions.Section}:BodySizeBytesMax allows {options.BodySizeBytesMax}.");
        }
        var partitions = await topics.Value.CountPartitionsAsync(message.Stream, stop).ConfigureAwait(false);
        if (partitions == 0)
            return new Error(ErrorCode.Local_UnknownTopic, $"There is no Kafka topic '{message.Stream}'.");
        return message.Partition >= 0 && message.Partition < partitions
            ? null
            : new Error(
                ErrorCode.Local_UnknownPartition,
                $"The Kafka topic '{message.Stream}' has {partitions} partitions; " +
                $"there is no partition {message.Partition}.");
    }

    private PendingSend Begin(int count)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_life is null or { HasFailed: true })
            {
                if (_life is not null) Retire(_life);
                _life = new ProducerLife(clients);
            }
            var send = new PendingSend(count, _life) { Begun = clock.GetTimestamp() };
            _open.Add(send);
            return send;
        }
    }

    private async Task ReplaceIfBrokerAnswersAsync(CancellationToken stop)
    {
        try
        {
            await topics.Value.CountBrokersAsync(stop).ConfigureAwait(false);
        }
        catch (TransportUnavailableException)
        {
            return; // It is the broker that is away; this producer will go on with it.
        }
        Log.ProducerStoodStill(logger);
        lock (_gate)
        {
            if (_life is not null) Retire(_life);
            _life = null;
        }
    }

    /// <summary>Disposes the old producer beside the work: closing its connections may take
    /// as long as a request.</summary>
    private void Retire(ProducerLife old)
    {
        var sends = _open.Where(send => send.Life == old).ToArray();
        _ = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    old.Client.Flush(TimeSpan.FromSeconds(1)); // One that failed has only reports left to give.
                    old.Client.Dispose();
                }
                catch (Exception failure)
                {
                    Log.NotDisposed(logger, failure); // Its sends must end all the same: others wait for them.
                }
                foreach (var send in sends) send.Abandon(ProducerGone);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
            _life?.Client.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(4112, LogLevel.Warning, "A Kafka producer that was replaced could not be disposed")]
        public static partial void NotDisposed(ILogger logger, Exception failure);

        [LoggerMessage(4111, LogLevel.Warning, "Kafka answers, but the producer has moved nothing; it is replaced")]
        public static partial void ProducerStoodStill(ILogger logger);
    }
}
