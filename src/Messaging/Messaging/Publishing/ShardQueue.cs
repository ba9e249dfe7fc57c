using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;
using Tessera.Messaging.Wire;

namespace Tessera.Messaging.Publishing;

/// <summary>The rows of one shard in one pass of the relay: what goes out next, and what must not any more.</summary>
/// <remarks>
/// A round never holds two messages that could carry the same key: either one frame, or single events of different
/// keys. So when the broker refuses one, nothing later of its key is on the way.
/// </remarks>
internal sealed class ShardQueue(int shard, RelayLimits limits)
{
    private readonly List<OutboxRow> _rows = [];
    private readonly HashSet<string> _refusedKeys = new(StringComparer.Ordinal);
    private int _next;
    private int _careful = -1;
    private bool _stopped;

    public int Shard { get; } = shard;

    public int Count => _rows.Count;

    public void Add(OutboxRow row) => _rows.Add(row);

    /// <summary>A message's fate is unknown: nothing more of this shard in this pass.</summary>
    public void Stop() => _stopped = true;

    /// <summary>A key's event was refused: its later ones stay.</summary>
    public void Refuse(string key) => _refusedKeys.Add(key);

    /// <summary>A frame was refused: its events go out again one by one, to find out which.</summary>
    public void Unpack(Sent frame)
    {
        _next = frame.First;
        _careful = frame.First + frame.Count;
    }

    public OutboxRow this[int index] => _rows[index];

    /// <summary>Adds this shard's messages of the next round.</summary>
    public void TakeRound(List<WireMessage> messages, List<Sent> sent)
    {
        SkipRefused();
        if (_stopped || _next >= _rows.Count) return;
        if (limits.Frames && _next >= _careful && TryTakeFrame(messages, sent)) return;
        TakeSingles(messages, sent);
    }

    private bool TryTakeFrame(List<WireMessage> messages, List<Sent> sent)
    {
        // A refused key inside would need its events left out; then singles are simpler and the case is rare.
        if (_refusedKeys.Count > 0) return false;
        var (count, bytes) = (0, 0);
        while (_next + count < _rows.Count)
        {
            bytes += FrameWriter.SizeBytesMax(_rows[_next + count].Event);
            if (bytes > limits.FrameBytesMax) break;
            count++;
        }
        if (count < 2) return false;
        var events = new EventEnvelope[count];
        for (var i = 0; i < count; i++) events[i] = _rows[_next + i].Event;
        messages.Add(WireFormat.EncodeFrame(events, Shard));
        sent.Add(new Sent(this, _next, count));
        _next += count;
        return true;
    }

    /// <summary>Up to the second event of one key.</summary>
    private void TakeSingles(List<WireMessage> messages, List<Sent> sent)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (_next < _rows.Count)
        {
            var row = _rows[_next];
            if (!_refusedKeys.Contains(row.Event.Key))
            {
                if (!keys.Add(row.Event.Key)) return;
                messages.Add(WireFormat.Encode(row.Event, Shard));
                sent.Add(new Sent(this, _next, 1));
            }
            _next++;
            if (_next == _careful) return; // What was unpacked ends here; the rest may be packed again.
        }
    }

    private void SkipRefused()
    {
        while (_refusedKeys.Count > 0 && _next < _rows.Count && _refusedKeys.Contains(_rows[_next].Event.Key)) _next++;
    }
}

/// <summary>Which rows one message of a round carries.</summary>
internal readonly record struct Sent(ShardQueue Queue, int First, int Count);

/// <summary>What the relay may put in one broker message.</summary>
internal sealed record RelayLimits(bool Frames, int FrameBytesMax);
