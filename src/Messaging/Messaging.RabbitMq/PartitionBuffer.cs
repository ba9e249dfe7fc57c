using Tessera.Messaging.Transport;

namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// What the broker handed over of one partition and is not settled yet, in order. Delivery tags die with their channel,
/// so everything here belongs to one generation, and what was taken from an earlier one can no longer be settled.
/// </summary>
internal sealed class PartitionBuffer
{
    private readonly Lock _sync = new();
    private readonly Queue<Lent> _waiting = new();
    private readonly List<Lent> _taken = [];
    private CancellationTokenSource _alive = Ended();
    private bool _yielding;
    private TaskCompletionSource? _settled;

    /// <summary>Counts the channels this partition has been read through.</summary>
    public int Generation { get; private set; }

    /// <summary>Messages received since the reader began; the watchdog compares it.</summary>
    public long Received { get; private set; }

    public int Held
    {
        get
        {
            lock (_sync) return _waiting.Count + _taken.Count;
        }
    }

    /// <summary>When the oldest message that is not settled was sent; null when there is none.</summary>
    public DateTimeOffset? OldestSentAt
    {
        get
        {
            lock (_sync)
            {
                if (_taken.Count > 0) return _taken[0].SentAt;
                return _waiting.TryPeek(out var next) ? next.SentAt : null;
            }
        }
    }

    public int Begin()
    {
        lock (_sync)
        {
            _alive = new CancellationTokenSource();
            _yielding = false;
            return ++Generation;
        }
    }

    /// <summary>Forgets everything: the broker will deliver it again, here or elsewhere.</summary>
    public void End()
    {
        CancellationTokenSource alive;
        lock (_sync)
        {
            alive = _alive;
            _alive = Ended();
            _waiting.Clear();
            _taken.Clear();
            _settled?.TrySetResult();
            _settled = null;
        }
        alive.Cancel();
    }

    public bool TryAdd(int generation, WireMessage message, ulong tag, DateTimeOffset sentAt)
    {
        lock (_sync)
        {
            if (generation != Generation || _alive.IsCancellationRequested) return false;
            _waiting.Enqueue(new Lent(message, tag, sentAt));
            Received++;
            return true;
        }
    }

    /// <summary>Takes up to <paramref name="most"/> messages, oldest first; null when there are none, or when some are
    /// out already.</summary>
    public Taken? Take(int most, List<WireMessage> into)
    {
        lock (_sync)
        {
            if (_waiting.Count == 0 || _taken.Count > 0 || _yielding) return null;
            while (_taken.Count < most && _waiting.TryDequeue(out var next))
            {
                _taken.Add(next);
                into.Add(next.Message);
            }
            return new Taken(this, Generation, _taken[^1].Tag, _alive.Token);
        }
    }

    /// <summary>Whether what was taken may still be settled; then it is out no more.</summary>
    public bool TrySettle(Taken taken)
    {
        lock (_sync)
        {
            if (taken.Generation != Generation || _taken.Count == 0) return false;
            Return();
            return true;
        }
    }

    /// <summary>Puts what was taken back in front of what waits.</summary>
    public void PutBack(Taken taken)
    {
        lock (_sync)
        {
            if (taken.Generation != Generation || _taken.Count == 0) return;
            var later = _waiting.ToArray();
            _waiting.Clear();
            foreach (var message in _taken.Concat(later)) _waiting.Enqueue(message);
            Return();
        }
    }

    /// <summary>Gives out nothing more; completes when nothing is out.</summary>
    public Task YieldAsync()
    {
        lock (_sync)
        {
            _yielding = true;
            if (_taken.Count == 0) return Task.CompletedTask;
            return (_settled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Return()
    {
        _taken.Clear();
        _settled?.TrySetResult();
        _settled = null;
    }

    private readonly record struct Lent(WireMessage Message, ulong Tag, DateTimeOffset SentAt);

    private static CancellationTokenSource Ended()
    {
        var ended = new CancellationTokenSource();
        ended.Cancel();
        return ended;
    }
}

/// <summary>The part of a delivery that comes from one partition.</summary>
/// <param name="LastTag">All of the generation up to this tag are settled or taken: one cumulative
/// ack settles it.</param>
/// <param name="Lost">Fires when the generation ends.</param>
internal sealed record Taken(PartitionBuffer From, int Generation, ulong LastTag, CancellationToken Lost);
