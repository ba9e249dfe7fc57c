using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Messaging.Publishing;

/// <summary>The rows of one shard in one pass of the relay: what goes out next, and what must not any more.</summary>
/// <remarks>
/// A round never holds two messages that carry the same key. So when the broker refuses one, nothing later of its keys
/// is on the way.
/// </remarks>
internal sealed class ShardQueue(int shard, RelayLimits limits)
{
    private readonly List<OutboxRow> _rows = [];
    private readonly HashSet<string> _refusedKeys = new(StringComparer.Ordinal);
    private readonly HashSet<string> _keysOfRound = new(StringComparer.Ordinal);

    // Of refused frames, whose events go out again one by one, to find out which was meant.
    private readonly Queue<int> _unpacked = [];
    private int _next;
    private bool _stopped;

    public int Shard { get; } = shard;

    public int Count => _rows.Count;

    public void Add(OutboxRow row) => _rows.Add(row);

    /// <summary>A message's fate is unknown: nothing more of this shard in this pass.</summary>
    public void Stop() => _stopped = true;

    /// <summary>A key's event was refused: its later ones stay.</summary>
    public void Refuse(string key) => _refusedKeys.Add(key);

    /// <summary>A frame was refused.</summary>
    public void Unpack(Sent frame)
    {
        for (var row = frame.First; row < frame.First + frame.Count; row++) _unpacked.Enqueue(row);
    }

    public OutboxRow this[int index] => _rows[index];

    /// <summary>Adds this shard's messages of the next round.</summary>
    public void TakeRound(List<WireMessage> messages, List<Sent> sent)
    {
        if (_stopped) return;
        _keysOfRound.Clear();
        while (_unpacked.TryPeek(out var row))
        {
            if (!TryTakeSingle(row, messages, sent)) return;
            _unpacked.Dequeue();
        }
        while (_next < _rows.Count)
        {
            if (limits.Frames && TryTakeFrame(messages, sent)) continue;
            if (!TryTakeSingle(_next, messages, sent)) return;
            _next++;
        }
    }

    private bool TryTakeFrame(List<WireMessage> messages, List<Sent> sent)
    {
        // A refused key inside would need its events left out; then singles are simpler and the case is rare.
        if (_refusedKeys.Count > 0) return false;
        var (count, bytes) = (0, 0);
        while (_next + count < _rows.Count)
        {
            var row = _rows[_next + count].Event;
            bytes += FrameWriter.SizeBytesMax(row);
            if (bytes > limits.FrameBytesMax || _keysOfRound.Contains(row.Key)) break;
            count++;
        }
        if (count < 2) return false;
        var events = new EventEnvelope[count];
        for (var i = 0; i < count; i++) events[i] = _rows[_next + i].Event;
        messages.Add(WireFormat.EncodeFrame(events, Shard));
        sent.Add(new Sent(this, _next, count));
        _next += count;
        if (_next < _rows.Count) _keysOfRound.UnionWith(events.Select(each => each.Key));
        return true;
    }

    /// <summary>False when an event of its key is in this round.</summary>
    private bool TryTakeSingle(int index, List<WireMessage> messages, List<Sent> sent)
    {
        var row = _rows[index];
        if (_refusedKeys.Contains(row.Event.Key)) return true; // It stays.
        if (!_keysOfRound.Add(row.Event.Key)) return false;
        messages.Add(WireFormat.Encode(row.Event, Shard));
        sent.Add(new Sent(this, index, 1));
        return true;
    }
}

/// <summary>Which rows one message of a round carries.</summary>
internal readonly record struct Sent(ShardQueue Queue, int First, int Count);

/// <summary>What the relay may put in one broker message.</summary>
internal sealed record RelayLimits(bool Frames, int FrameBytesMax);
