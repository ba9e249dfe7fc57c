using System.Collections.Concurrent;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>The streams this process has declared: the numbers of their partitions in the file.</summary>
internal sealed class LogStreams
{
    private readonly ConcurrentDictionary<string, long[]> _partitions = new(StringComparer.Ordinal);

    /// <summary>The partition numbers of a stream by partition, or null when it was not declared.</summary>
    public long[]? Find(string stream) => _partitions.GetValueOrDefault(stream);

    /// <summary>Creates what the topology names and is not there; inside a write transaction.</summary>
    /// <exception cref="TransportRefusedException">A stream is there with another partition count.</exception>
    public void Declare(SqliteLink link, Topology topology)
    {
        LogSchema.Upgrade(link);
        foreach (var stream in topology.Streams)
        {
            Declare(link, stream.Name, stream.Partitions);
            foreach (var subscriber in stream.Subscribers) AddSubscriber(link, stream.Name, subscriber);
        }
        foreach (var subscription in topology.Subscriptions)
        {
            Declare(link, subscription.Stream, subscription.Partitions);
            AddSubscriber(link, subscription.Stream, subscription.Subscriber);
        }
    }

    private void Declare(SqliteLink link, string stream, int partitions)
    {
        var known = Read(link, stream);
        if (known.Count == 0)
        {
            for (var partition = 0; partition < partitions; partition++)
                link.Execute("INSERT INTO log_partitions (stream, partition) VALUES ($1, $2)", stream, partition);
            known = Read(link, stream);
        }
        if (known.Count != partitions)
        {
            throw new TransportRefusedException(
                $"The stream '{stream}' has {known.Count} partitions in {link.Connection.DataSource}, and " +
                $"Messaging:Partitions says {partitions}. Events would change their partition and lose their order: " +
                $"set Messaging:Partitions to {known.Count}.");
        }
        _partitions[stream] = [.. known];
    }

    private static List<long> Read(SqliteLink link, string stream) => link.Query(
        "SELECT id FROM log_partitions WHERE stream = $1 ORDER BY partition", [stream], row => row.GetInt64(0));

    /// <summary>A new subscriber begins with the oldest entry that is retained.</summary>
    private void AddSubscriber(SqliteLink link, string stream, string subscriber)
    {
        var partitions = Find(stream)!;
        for (var partition = 0; partition < partitions.Length; partition++)
        {
            link.Execute(
                """
                INSERT INTO log_positions (stream, subscriber, partition, next)
                SELECT $1, $2, $3, COALESCE(
                    (SELECT id - $4 FROM log_entries WHERE id >= $4 AND id < $5 ORDER BY id LIMIT 1),
                    (SELECT next FROM log_partitions WHERE id = $6))
                WHERE true ON CONFLICT (stream, subscriber, partition) DO NOTHING
                """,
                stream, subscriber, partition, LogSchema.EntryId(partitions[partition], 0),
                LogSchema.EntryId(partitions[partition] + 1, 0), partitions[partition]);
        }
    }
}
