using Confluent.Kafka;

namespace Tessera.Messaging.Kafka;

/// <summary>The offset behind a partition's part of a batch, and the generation of the assignment
/// it was read under.</summary>
internal readonly record struct OwnedOffset(TopicPartitionOffset Next, long Generation);

/// <summary>
/// The partitions that this reader holds. Each assignment is a new generation, so that a completion from before a
/// revocation cannot move the offset of a partition that came back.
/// </summary>
internal sealed class PartitionOwnership
{
    private readonly Dictionary<TopicPartition, long> _generations = [];
    private readonly Dictionary<TopicPartition, TopicPartitionOffset> _settled = [];
    private long _generation;

    public int Count => _generations.Count;

    public IEnumerable<TopicPartition> All => _generations.Keys;

    public bool Holds(TopicPartition partition) => _generations.ContainsKey(partition);

    public void Add(IEnumerable<TopicPartition> partitions)
    {
        _generation++;
        foreach (var partition in partitions) _generations[partition] = _generation;
    }

    public void Remove(IEnumerable<TopicPartition> partitions)
    {
        foreach (var partition in partitions)
        {
            _generations.Remove(partition);
            _settled.Remove(partition);
        }
    }

    /// <summary>The highest offset of each partition in the batch, plus one: offsets need not be contiguous.</summary>
    public IReadOnlyList<OwnedOffset> Mark(List<ConsumeResult<byte[]?, byte[]?>> batch)
    {
        Dictionary<TopicPartition, TopicPartitionOffset> next = [];
        foreach (var result in batch) next[result.TopicPartition] = new(result.TopicPartition, result.Offset + 1);
        return [.. next.Values.Select(
            offset => new OwnedOffset(offset, _generations.GetValueOrDefault(offset.TopicPartition)))];
    }

    /// <summary>The offsets whose partition has not changed hands since the mark.</summary>
    public IEnumerable<TopicPartitionOffset> StillHeld(IReadOnlyList<OwnedOffset> marks) =>
        marks.Where(mark => _generations.TryGetValue(mark.Next.TopicPartition, out var held) && held == mark.Generation)
            .Select(mark => mark.Next)
            .ToArray();

    public void Settled(TopicPartitionOffset offset) => _settled[offset.TopicPartition] = offset;

    public List<TopicPartitionOffset> SettledOf(IEnumerable<TopicPartition> partitions) =>
        [.. partitions.Where(_settled.ContainsKey).Select(partition => _settled[partition])];
}
