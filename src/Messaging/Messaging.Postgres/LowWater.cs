namespace Tessera.Messaging.Postgres;

/// <summary>
/// From where to read a shard. Deleted rows leave dead entries at the low end of the index, and while any transaction
/// is open anywhere in the database they cannot be cleaned away: a read from 0 would walk over all of them, each time.
/// </summary>
/// <remarks>
/// The danger is the row with a lower id that commits late. It can only come from a transaction that was running when
/// the mark passed its id, so the mark moves only behind a <see cref="Fence"/>: those that run on this side of it are
/// known by name and remembered with the mark before it moved, and those beyond it have only higher ids. A snapshot
/// alone would not do: its list ends with the last transaction that has ended, and beyond its end may run any number
/// that have drawn ids. Young ones hold the mark back: a read starts below what they may have written. One that
/// grows old is left behind, so that it does not make each read long, and when it ends, a read starts from there. For
/// whatever else moves ids there is a look at everything from time to time, seldom enough to cost at most one percent.
/// </remarks>
internal sealed class LowWater(TimeProvider clock)
{
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WholeLookPeriod = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Suspect> _running = [];
    private long _mark;
    private long _version;
    private long _started;
    private long _wholeLook;
    private TimeSpan _wholeLookAfter;

    /// <summary>Whether keys of the shard may be held.</summary>
    public bool MayHold { get; set; } = true;

    /// <summary>Where the next read starts.</summary>
    public Start Next()
    {
        lock (_lock)
        {
            _started = clock.GetTimestamp();
            if (_version == 0 || clock.GetElapsedTime(_wholeLook, _started) >= _wholeLookAfter)
                return new Start(0, _version, true);
            var from = _mark;
            foreach (var (since, below) in _running.Values)
                if (below < from && clock.GetElapsedTime(since, _started) < Old) from = below;
            return new Start(from, _version, false);
        }
    }

    /// <returns>False when what the read returned must not be used: a transaction that was left behind has ended
    /// before the read, and what it wrote may belong before that; or another read has moved the mark
    /// meanwhile.</returns>
    public bool Saw(Start start, Sight sight)
    {
        lock (_lock)
        {
            if (start.Version != _version) return false;
            _version++;
            MayHold = sight.Held;
            var now = clock.GetTimestamp();
            if (start.IsWhole) WholeLookTook(now);
            if (Ended(sight.Snapshot) is { } below && below < start.From)
            {
                _mark = Math.Min(_mark, below);
                return false;
            }
            if (sight.First > 0) _mark = Math.Min(_mark, sight.First - 1);
            if (sight.Fence is { } fence && sight.Snapshot.HasEnded(fence.Transaction)) MoveTo(fence, sight, now);
            return true;
        }
    }

    /// <summary>Forgets those that have ended.</summary>
    /// <returns>The lowest mark from which they may have written.</returns>
    private long? Ended(Snapshot snapshot)
    {
        long? lowest = null;
        foreach (var (transaction, suspect) in _running)
        {
            if (!snapshot.HasEnded(transaction)) continue;
            _running.Remove(transaction);
            lowest = Math.Min(lowest ?? long.MaxValue, suspect.Below);
        }
        return lowest;
    }

    private void MoveTo(Fence fence, Sight sight, long now)
    {
        var mark = sight.First > 0 ? Math.Min(sight.First - 1, fence.LastId) : fence.LastId;
        if (mark <= _mark) return;
        foreach (var transaction in sight.Snapshot.Running)
            if (transaction < fence.Transaction) _running.TryAdd(transaction, new Suspect(now, _mark));
        _mark = mark;
    }

    private void WholeLookTook(long now)
    {
        var took = clock.GetElapsedTime(_started, now);
        _wholeLook = now;
        _wholeLookAfter = took * 100 > WholeLookPeriod ? took * 100 : WholeLookPeriod;
    }

    /// <param name="From">Ids above are read.</param>
    /// <param name="Version">Of the mark, to be handed back with what the read saw.</param>
    /// <param name="IsWhole">Whether it is a look at everything.</param>
    internal readonly record struct Start(long From, long Version, bool IsWhole);

    /// <param name="First">The lowest id that the read met, held or not; 0 when there was none.</param>
    /// <param name="Held">Whether keys of the shard are held.</param>
    /// <param name="Fence">One that had ended when the read began.</param>
    internal readonly record struct Sight(long First, bool Held, Snapshot Snapshot, Fence? Fence);

    private readonly record struct Suspect(long Since, long Below);
}
