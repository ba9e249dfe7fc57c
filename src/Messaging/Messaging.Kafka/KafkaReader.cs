using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Kafka;

/// <summary>
/// The life of one consumer. Everything here runs on the subscription's own thread, the rebalance handlers too (inside
/// Consume and Close), so nothing is locked. What happens to a batch reads top to bottom: collect, deliver, settle.
/// </summary>
internal sealed partial class KafkaReader
{
    private static readonly TimeSpan PollIdle = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PollAtWork = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LeavePoll = TimeSpan.FromMilliseconds(5);

    // A handler quicker than this costs no pause: pausing throws away what librdkafka has prefetched.
    private static readonly TimeSpan UnpolledMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RedeliveryDelayMax = TimeSpan.FromSeconds(5);

    private readonly Subscription _subscription;
    private readonly OnDelivery _onDelivery;
    private readonly KafkaOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationToken _stop;
    private readonly IConsumer<byte[]?, byte[]?> _consumer;
    private readonly PartitionOwnership _owned = new();

    // Taken from the client, not yet settled: the batch in work, or what arrived beside it.
    private List<ConsumeResult<byte[]?, byte[]?>> _batch = [];
    private readonly List<ConsumeResult<byte[]?, byte[]?>> _carried = [];
    private InWork? _inWork;

    // librdkafka keeps a partition paused when it is taken away and comes back, so what was paused is remembered here.
    private readonly HashSet<TopicPartition> _paused = [];

    public KafkaReader(
        Subscription subscription, string member, OnDelivery onDelivery, KafkaClients clients, KafkaOptions options,
        ILogger logger, CancellationToken stop)
    {
        (_subscription, _onDelivery, _options, _logger, _stop) = (subscription, onDelivery, options, logger, stop);
        // Only the forms that return nothing: Assign and Unassign from application code break cooperative rebalancing.
        _consumer = clients.Consumer(KafkaSubscription.GroupOf(subscription), subscription.Subscriber, member)
            .SetPartitionsAssignedHandler(OnAssigned)
            .SetPartitionsRevokedHandler(OnRevoked)
            .SetPartitionsLostHandler(OnLost)
            .SetOffsetsCommittedHandler(OnCommitted)
            .Build();
    }

    /// <param name="leave">Asked at the end: whether the group is told. Only the death of a process,
    /// in tests, does not.</param>
    public void Read(Func<bool> leave)
    {
        try
        {
            _consumer.Subscribe(_subscription.Stream);
            while (!_stop.IsCancellationRequested)
            {
                Collect();
                if (_batch.Count > 0) DeliverUntilSettled();
            }
            if (!leave()) return;
            Leave();
            _consumer.Close();
        }
        finally
        {
            _consumer.Dispose();
        }
    }

    /// <summary>Commits what is settled and leaves the group: others take over at once. Closing alone would leave a
    /// member with a name of its own (KIP-345) in its place until its session ends; giving up the subscription does
    /// not. The client forgets its member id when it has sent its goodbye.</summary>
    private void Leave()
    {
        _consumer.Unsubscribe();
        var began = Environment.TickCount64;
        while (_consumer.MemberId is { Length: > 0 }
            && Environment.TickCount64 - began < _options.RequestTimeout.TotalMilliseconds)
        {
            Poll(LeavePoll);
        }
    }

    /// <summary>Takes what is there, up to the bounds, of all partitions; waits only when there is nothing.</summary>
    private void Collect()
    {
        _batch = new List<ConsumeResult<byte[]?, byte[]?>>(Math.Max(16, _carried.Count));
        _batch.AddRange(_carried);
        _carried.Clear();
        ResumeHeld();
        var bytes = _batch.Sum(SizeOf);
        var bytesMax = _options.PrefetchSizeKilobytesMax * 1024L;
        while (_batch.Count < _subscription.BatchMax && bytes < bytesMax && !_stop.IsCancellationRequested)
        {
            var next = Poll(_batch.Count == 0 ? PollIdle : TimeSpan.Zero);
            if (next is null) return; // Also after a rebalance: what came back paused is resumed by the next turn.
            _batch.Add(next);
            bytes += SizeOf(next);
        }
    }

    private void DeliverUntilSettled()
    {
        var delay = TimeSpan.FromMilliseconds(50);
        while (_batch.Count > 0 && !_stop.IsCancellationRequested)
        {
            if (DeliverOnce() == DeliveryOutcome.Settle) return;
            // The same messages again, from memory and in order; those of partitions taken away
            // meanwhile have left the batch.
            PollUntil(PausedWait(delay));
            delay = delay * 2 < RedeliveryDelayMax ? delay * 2 : RedeliveryDelayMax;
        }
    }

    private DeliveryOutcome DeliverOnce()
    {
        using var revoked = CancellationTokenSource.CreateLinkedTokenSource(_stop);
        var work = new InWork(_owned.Mark(_batch), revoked);
        work.Task = Begin([.. _batch.Select(KafkaWire.FromKafka)], revoked.Token);
        _inWork = work;
        try
        {
            if (!Wait(work.Task, UnpolledMax)) PollUntil(work.Task);
        }
        finally
        {
            _inWork = null;
        }
        return Finish(work);
    }

    /// <summary>Calls the handler on this thread: a message needs no hop to be handled. Never throws.</summary>
    private async Task<DeliveryOutcome> Begin(IReadOnlyList<WireMessage> messages, CancellationToken revoked)
    {
        try
        {
            return await _onDelivery(new Delivery(messages), revoked).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            if (!revoked.IsCancellationRequested)
            {
                Log.DeliveryFailed(_logger, failure, KafkaSubscription.GroupOf(_subscription));
            }
            return DeliveryOutcome.Redeliver;
        }
    }

    /// <summary>Keeps the membership alive while the handler works, with nothing fetched; ends with the task,
    /// or when the subscription stops and the handler outlasts the deadline.</summary>
    private void PollUntil(Task task)
    {
        long? stopping = null;
        while (!task.IsCompleted)
        {
            if (_stop.IsCancellationRequested)
            {
                stopping ??= Environment.TickCount64;
                if (Environment.TickCount64 - stopping > _options.RevokeTimeout.TotalMilliseconds) return;
            }
            PauseHeld();
            // Paused partitions give nothing, but a partition assigned this moment may, before it is paused.
            if (Poll(TimeSpan.Zero) is { } extra) _carried.Add(extra);
            else Wait(task, PollAtWork);
        }
    }

    /// <summary>Settled: the offsets behind the batch may be committed, but only for partitions
    /// held since it began.</summary>
    private DeliveryOutcome Finish(InWork work)
    {
        if (!work.Task.IsCompleted || OutcomeOf(work.Task) != DeliveryOutcome.Settle) return DeliveryOutcome.Redeliver;
        Store(_owned.StillHeld(work.Marks));
        return DeliveryOutcome.Settle;
    }

    private void Store(IEnumerable<TopicPartitionOffset> offsets)
    {
        foreach (var offset in offsets)
        {
            try
            {
                _consumer.StoreOffset(offset);
                _owned.Settled(offset);
            }
            catch (KafkaException fenced)
            {
                // The partition left between the look and the store: its next reader gets these again,
                // the inbox knows them.
                Log.OffsetNotStored(_logger, offset.ToString(), fenced.Error.Code);
            }
        }
    }

    private ConsumeResult<byte[]?, byte[]?>? Poll(TimeSpan atMost)
    {
        try
        {
            return _consumer.Consume(atMost);
        }
        catch (ConsumeException failure) when (!failure.Error.IsFatal)
        {
            // The consumer goes on by itself: rejoins, asks for metadata again, waits for the topic.
            Log.ConsumeFailed(
                _logger, KafkaSubscription.GroupOf(_subscription), failure.Error.Code, failure.Error.Reason);
            _stop.WaitHandle.WaitOne(PollIdle);
            return null;
        }
    }

    private void PauseHeld()
    {
        var fresh = _owned.All.Except(_paused).ToList();
        if (fresh.Count == 0) return;
        _consumer.Pause(fresh);
        _paused.UnionWith(fresh);
    }

    private void ResumeHeld()
    {
        var held = _paused.Where(_owned.Holds).ToList();
        if (held.Count == 0) return;
        _consumer.Resume(held);
        _paused.ExceptWith(held);
    }

    private Task PausedWait(TimeSpan delay) => Task.Delay(delay, _stop);

    private static bool Wait(Task task, TimeSpan atMost) => Task.WaitAny([task], atMost) == 0;

    private static DeliveryOutcome OutcomeOf(Task<DeliveryOutcome> task) => task.GetAwaiter().GetResult();

    private static long SizeOf(ConsumeResult<byte[]?, byte[]?> result) => (result.Message.Value?.Length ?? 0) + 512L;

    /// <summary>A delivery handed over and not yet answered.</summary>
    private sealed class InWork(IReadOnlyList<OwnedOffset> marks, CancellationTokenSource revoked)
    {
        public IReadOnlyList<OwnedOffset> Marks { get; } = marks;
        public CancellationTokenSource Revoked { get; } = revoked;
        public Task<DeliveryOutcome> Task { get; set; } = null!;
    }
}
