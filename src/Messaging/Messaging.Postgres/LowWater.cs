namespace Tessera.Messaging.Postgres;

/// <summary>
/// From where to read a shard. Deleted rows leave dead entries at the low end of the index, and while any transaction
/// is open anywhere in the database they cannot be cleaned away: a read from 0 would walk over all of them, each time.
/// </summary>
/// <remarks>
/// The danger is the row with a lower id that commits late. It can only come from a transaction that was running when
/// the mark passed its id, so those are remembered with the mark before they appeared. Young ones hold the mark back: a
/// read starts below what they may have written. One that grows old is left behind, so that it does not make each read
/// long, and when it ends, a read starts from there. What remains is a transaction that had drawn its id but no
/// number yet when the snapshot was taken, a window of microseconds; for it, and for whatever else moves ids,
/// there is a look at everything from time to time, seldom enough to cost at most one percent.
/// </remarks>
internal sealed class LowWater(TimeProvider clock)
{
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WholeLookPeriod = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Suspect> _running = [];
    private long _mark;
    private long _lastId;
    private long _version;
    private long _started;
    private long _wholeLook;
    private TimeSpan _wholeLookAfter;

    /// <summary>Whether keys of the shard may be held.</summary>
    public bool MayHold { get; set; } = true;

    /// <summary>Where the next read starts (ids above), and the version to hand back with what it saw.</summary>
    public (long From, long Version) Start()
    {
        lock (_lock)
        {
            _started = clock.GetTimestamp();
            if (_version == 0 || clock.GetElapsedTime(_wholeLook, _started) >= _wholeLookAfter) return (0, _version);
            var from = _mark;
            foreach (var (since, below) in _running.Values)
                if (below < from && clock.GetElapsedTime(since, _started) < Old) from = below;
            return (from, _version);
        }
    }

    /// <param name="first">The lowest id that the read met, held or not; 0 when there was none.</param>
    /// <param name="last">The highest id that the read returned, or 0.</param>
    /// <returns>False when a transaction that was left behind has ended before the read: what it wrote may belong
    /// before what the read returned, so that must not be used.</returns>
    public bool Saw(long version, long from, long first, long last, Snapshot snapshot, bool held)
    {
        lock (_lock)
        {
            // Two reads at once: the second to end knows nothing of what the first has seen and must not move the mark.
            if (version != _version) return true;
            _version++;
            MayHold = held;
            var now = clock.GetTimestamp();
            if (from == 0) WholeLookTook(now);
            var (below, complete) = (_mark, true);
            _lastId = Math.Max(_lastId, last);
            _mark = first > 0 ? first - 1 : Math.Max(_mark, _lastId);
            foreach (var (transaction, suspect) in _running)
            {
                if (!snapshot.HasEnded(transaction)) continue;
                _running.Remove(transaction);
                if (suspect.Below >= from) continue;
                _mark = Math.Min(_mark, suspect.Below);
                complete = false;
            }
            foreach (var transaction in snapshot.Running) _running.TryAdd(transaction, new Suspect(now, below));
            return complete;
        }
    }

    private void WholeLookTook(long now)
    {
        var took = clock.GetElapsedTime(_started, now);
        _wholeLook = now;
        _wholeLookAfter = took * 100 > WholeLookPeriod ? took * 100 : WholeLookPeriod;
    }

    private readonly record struct Suspect(long Since, long Below);
}
