namespace Tessera.Messaging.RabbitMq;

/// <summary>
/// Shares the partitions of a subscription between processes. The broker serves whoever came first,
/// so the first process gets all; each process therefore leaves what exceeds its fair share to the next
/// in line, one partition a look.
/// </summary>
internal sealed class PartitionBalance(int partitions, Presence presence)
{
    /// <summary>Whether no other process is known to read.</summary>
    public bool Alone => presence.Members == 1;

    private readonly Lock _sync = new();
    private readonly HashSet<PartitionReader> _readers = [];

    public void Add(PartitionReader reader)
    {
        lock (_sync) _readers.Add(reader);
    }

    /// <summary>Whether this reader's partition is to be left; if so, it counts as left from now on.</summary>
    public bool ShouldYield(PartitionReader reader)
    {
        var members = presence.Members;
        lock (_sync)
        {
            if (!reader.Active || members < 2) return false;
            var share = (partitions + members - 1) / members;
            if (_readers.Count(other => other.Active) <= share) return false;
            reader.Active = false;
            return true;
        }
    }
}
