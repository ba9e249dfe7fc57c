using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Publishing;

/// <summary>One pass of the relay: the rounds of messages, and what the broker said of each.</summary>
internal sealed class RelayBatch(List<ShardQueue> queues)
{
    private readonly List<Sent> _sent = [];
    private volatile bool _hasLanded;

    public List<WireMessage> Messages { get; private set; } = [];

    public List<OutboxRow> Accepted { get; } = [];

    public List<RefusedRow> Held { get; } = [];

    /// <summary>Why something has to be sent again soon; null when nothing has.</summary>
    public string? Failure { get; set; }

    /// <summary>Nothing of it is on its way any more; what is said here does not change from now on.</summary>
    public bool HasLanded
    {
        get => _hasLanded;
        set => _hasLanded = value;
    }

    /// <summary>Collects the next round; false when nothing is left to send.</summary>
    public bool NextRound()
    {
        Messages = []; // A new list: the transport may still look at the last one.
        _sent.Clear();
        foreach (var queue in queues) queue.TakeRound(Messages, _sent);
        return Messages.Count > 0;
    }

    /// <summary>What the messages of the round hold.</summary>
    public IEnumerable<EventEnvelope> EventsOfRound() =>
        from sent in _sent
        from row in Enumerable.Range(sent.First, sent.Count)
        select sent.Queue[row].Event;

    public void Conclude(SendResult result, RefusedKeys refused, DateTimeOffset now)
    {
        var failures = result.Failures.Count == 0 ? null : result.Failures.ToDictionary(failure => failure.Index);
        for (var i = 0; i < _sent.Count; i++)
        {
            var (queue, first, count) = _sent[i];
            if (failures is null || !failures.TryGetValue(i, out var failure))
            {
                for (var row = first; row < first + count; row++) Accepted.Add(queue[row]);
            }
            else if (failure.Outcome == SendOutcome.Unknown)
            {
                queue.Stop();
                Failure = failure.Reason;
            }
            else if (count > 1)
            {
                queue.Unpack(_sent[i]);
            }
            else
            {
                queue.Refuse(queue[first].Event.Key);
                Held.Add(refused.Hold(queue[first], failure.Reason, now));
            }
        }
    }
}
