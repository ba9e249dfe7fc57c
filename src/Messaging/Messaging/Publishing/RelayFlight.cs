using Tessera.Messaging.Store;

namespace Tessera.Messaging.Publishing;

/// <summary>Rows on their way to the broker.</summary>
internal sealed class RelayFlight(IReadOnlyList<OutboxRow> rows, bool isFull, RelayBatch batch, Task sending)
{
    private HashSet<string>? _keys;

    public IReadOnlyList<OutboxRow> Rows { get; } = rows;

    /// <summary>The read gave as many rows of a shard as it may: there are more.</summary>
    public bool IsFull { get; } = isFull;

    public RelayBatch Batch { get; } = batch;

    /// <summary>Ends when nothing more of the batch is under way.</summary>
    public Task Sending { get; } = sending;

    public bool IsComplete => Batch.Accepted.Count == Rows.Count;

    public bool Carries(string key) => (_keys ??=
        Rows.Select(row => row.Event.Key).ToHashSet(StringComparer.Ordinal)).Contains(key);
}
