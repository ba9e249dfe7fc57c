using Tessera.Messaging.Store;

namespace Tessera.Messaging.Moving;

/// <summary>The table <c>msg_shard_brokers</c>: one row per shard of the outbox.</summary>
internal sealed class ShardBrokerTable(IMessageStore store, IDatabase database)
{
    private const string Columns = "select shard, broker, previous, move, moved_at, closed from msg_shard_brokers";

    public async Task<Dictionary<int, ShardBroker>> ReadAsync(CancellationToken stop)
    {
        var rows = await database.QueryAsync(Columns, [], Read, stop).ConfigureAwait(false);
        return rows.ToDictionary(row => row.Shard);
    }

    /// <summary>Records where shards that were never sent go; those that are recorded stay as they are.</summary>
    public async Task RecordAsync(int shards, string broker, DateTimeOffset now, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            for (var shard = 0; shard < shards; shard++)
            {
                session.Enqueue(
                    "insert into msg_shard_brokers (shard, broker, moved_at, closed) " +
                    "values ($1, $2, $3, $4) on conflict (shard) do nothing",
                    [shard, broker, now, true]);
            }
            await session.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Decides a move, unless another process did since <paramref name="seen"/>.</summary>
    public async Task DecideAsync(ShardBroker seen, string broker, DateTimeOffset now, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.ExecuteAsync(
                "update msg_shard_brokers set broker = $1, previous = $2, move = $3, moved_at = $4, closed = $5 " +
                "where shard = $6 and broker = $2",
                [broker, seen.Broker, Guid.CreateVersion7(now), now, false, seen.Shard], stop).ConfigureAwait(false);
            await session.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    public async Task CloseAsync(ShardBroker moved, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            session.Enqueue(
                "update msg_shard_brokers set closed = $1 where shard = $2 and move = $3",
                [true, moved.Shard, moved.Move!.Value]);
            await session.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Deletes accepted rows of the shards whose broker is still the one that accepted them. A relay that lost
    /// its shard, and sent to the old broker after the marker, thus leaves its rows to the new one: nothing
    /// stands behind the marker alone.
    /// </summary>
    public async Task SettleAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyDictionary<int, ShardBroker> sentTo, CancellationToken stop)
    {
        var session = await store.BeginAsync(stop).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var now = await session.QueryAsync(Columns + database.ForUpdate(), [], Read, stop).ConfigureAwait(false);
            var unmoved = now.Where(row => sentTo.TryGetValue(row.Shard, out var sent) && sent.Broker == row.Broker)
                .Select(row => row.Shard).ToHashSet();
            foreach (var rows in accepted.Where(row => unmoved.Contains(row.Shard))
                .GroupBy(row => (row.Shard, row.Event.Stream)))
            {
                session.Enqueue(
                    "delete from msg_held_keys where shard = $1 and stream = $2 and " + database.In("key", 3),
                    [rows.Key.Shard, rows.Key.Stream,
                        database.List([.. rows.Select(row => row.Event.Key).Distinct()])]);
                session.Enqueue(
                    "delete from msg_outbox where shard = $1 and " + database.In("id", 2),
                    [rows.Key.Shard, database.List([.. rows.Select(row => row.Id)])]);
            }
            await session.CommitAsync(stop).ConfigureAwait(false);
        }
    }

    private static ShardBroker Read(StoreReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetStringOrNull(2),
        row.IsNull(3) ? null : row.GetGuid(3), row.GetTime(4), row.GetBoolean(5));
}
