using System.Collections.Concurrent;

namespace Tessera.Messaging.Handling;

/// <summary>What this process has lately seen of each partition, so that a copy is expected where one may come: the
/// inbox alone knows for sure.</summary>
internal sealed class RecentEvents
{
    // Longer than what a relay that died may send once more: what it had claimed of a partition.
    private const int KeptPerPartition = 2_048;

    private readonly ConcurrentDictionary<(string Stream, int Partition), Seen> _partitions = new();

    /// <summary>Whether the event was seen lately, or is the first of its partition, whose reader before may have
    /// handled it.</summary>
    public bool MayBeCopy(string stream, int partition, Guid id)
    {
        var isFirst = false;
        var seen = _partitions.GetOrAdd((stream, partition), _ => { isFirst = true; return new Seen(); });
        return !seen.TryAdd(id) || isFirst;
    }

    private sealed class Seen
    {
        private readonly Lock _gate = new();
        private readonly HashSet<Guid> _ids = [];
        private readonly Queue<Guid> _byAge = [];

        public bool TryAdd(Guid id)
        {
            lock (_gate)
            {
                if (!_ids.Add(id)) return false;
                _byAge.Enqueue(id);
                if (_byAge.Count > KeptPerPartition) _ids.Remove(_byAge.Dequeue());
                return true;
            }
        }
    }
}
