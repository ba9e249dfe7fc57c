using Tessera.Messaging.Transport;
using Tessera.Testing;

namespace Tessera.Messaging.Conformance;

/// <summary>What all readers of one subscription saw together, in the order in which they settled it.</summary>
public sealed class Journal
{
    private readonly Lock _lock = new();
    private readonly List<(string Reader, WireMessage Message)> _settled = [];
    private readonly List<string> _overlaps = [];
    private readonly Dictionary<int, string> _active = [];
    private int _deliveries;
    private int _largest;

    /// <summary>Deliveries begun, settled or not.</summary>
    public int Deliveries
    {
        get { lock (_lock) return _deliveries; }
    }

    /// <summary>Messages in the largest delivery.</summary>
    public int Largest
    {
        get { lock (_lock) return _largest; }
    }

    /// <summary>Partitions that two deliveries held at the same time.</summary>
    public IReadOnlyList<string> Overlaps
    {
        get { lock (_lock) return [.. _overlaps]; }
    }

    public IReadOnlyList<WireMessage> Settled
    {
        get { lock (_lock) return [.. _settled.Select(entry => entry.Message)]; }
    }

    /// <summary>The readers that settled something since the count given.</summary>
    public IReadOnlyList<string> ReadersSince(int first)
    {
        lock (_lock) return [.. _settled.Skip(first).Select(entry => entry.Reader).Distinct()];
    }

    /// <summary>The partitions that a reader has settled messages of.</summary>
    public IReadOnlyList<int> PartitionsOf(string reader)
    {
        lock (_lock)
            return [.. _settled.Where(entry => entry.Reader == reader)
                .Select(entry => entry.Message.Partition).Distinct().Order()];
    }

    /// <summary>The bodies of a partition as numbers, each where it was settled first: what
    /// an inbox lets through.</summary>
    public IReadOnlyList<int> Numbers(int partition)
    {
        lock (_lock)
            return [.. _settled.Where(entry => entry.Message.Partition == partition)
                .Select(entry => entry.Message.Number()).Distinct()];
    }

    /// <summary>Waits until each of the partitions was settled up to <paramref name="count"/> numbers.</summary>
    public Task HasAsync(int count, IEnumerable<int> partitions, TimeSpan? bound = null) =>
        Eventually.HoldsAsync(Wanted(count), () => Has(count, partitions), bound);

    /// <summary>As was promised, by the clock.</summary>
    public Task HasInTimeAsync(int count, IEnumerable<int> partitions, TimeSpan time) =>
        Eventually.InTimeAsync(Wanted(count), () => Has(count, partitions), time);

    private string Wanted(int count) => $"{count} messages of each partition are settled ({Summary()})";

    private bool Has(int count, IEnumerable<int> partitions) =>
        partitions.All(partition => Numbers(partition).Count >= count);

    public string Summary()
    {
        lock (_lock)
        {
            var counts = _settled.GroupBy(entry => entry.Message.Partition).OrderBy(group => group.Key)
                .Select(group => $"{group.Key}: {group.Select(entry => entry.Message.Id).Distinct().Count()}");
            return $"when asked: {_deliveries} deliveries, settled per partition {string.Join(", ", counts)}";
        }
    }

    internal void Begin(string reader, Delivery delivery)
    {
        lock (_lock)
        {
            _deliveries++;
            _largest = Math.Max(_largest, delivery.Messages.Count);
            foreach (var partition in delivery.Messages.Select(message => message.Partition).Distinct())
            {
                if (!_active.TryAdd(partition, reader))
                    _overlaps.Add($"partition {partition} went to {reader} while {_active[partition]} had it");
            }
        }
    }

    internal void End(string reader, Delivery delivery, DeliveryOutcome outcome)
    {
        lock (_lock)
        {
            foreach (var partition in delivery.Messages.Select(message => message.Partition).Distinct())
            {
                if (_active.TryGetValue(partition, out var holder) && holder == reader) _active.Remove(partition);
            }
            if (outcome == DeliveryOutcome.Settle)
            {
                _settled.AddRange(delivery.Messages.Select(message => (reader, message)));
            }
        }
    }

    /// <summary>The reader is dead: what it holds is free.</summary>
    public void Forget(string reader)
    {
        lock (_lock)
        {
            foreach (var partition in _active.Where(pair => pair.Value == reader).Select(pair => pair.Key).ToList())
                _active.Remove(partition);
        }
    }
}
