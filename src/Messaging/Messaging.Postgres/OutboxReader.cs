using System.Collections.Concurrent;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>Reads and settles the outbox, at a cost that grows with the batch and with nothing else.</summary>
internal sealed class OutboxReader(PostgresDatabase database, TimeProvider clock)
{
    /// <summary>
    /// First one line per shard with its first row's id and the snapshot of the statement, then the rows. Each shard
    /// is a walk along the primary key from its low-water mark, so neither the backlog nor deleted rows cost anything.
    /// </summary>
    internal const string Read = $"""
        {LinePerShard}
        union all
        select s.shard, o.*, true from unnest($1, $2) s(shard, low) cross join lateral (
            select id, {Rows.EventColumns} from msg_outbox o
            where o.shard = s.shard and o.id > s.low and not exists (
                select from msg_held_keys h
                where h.shard = o.shard and h.stream = o.stream and h.key = o.key and h.retry_at > $4)
            order by o.id limit $3) o
        """;

    /// <summary>
    /// As <see cref="Read"/> while no key is held, from behind the rows that are in flight on. Of what stands before,
    /// it says only which ids there are, by the same snapshot: should a row have appeared there meanwhile, those behind
    /// it may be of the same key. Looking each row's key up among the held ones would cost more than the row.
    /// </summary>
    internal const string ReadBehind = $"""
        {LinePerShard}
        union all
        select s.shard, o.id, null, null, null, null, null, null, null, null, null, null
        from unnest($1, $2, $4) s(shard, low, last) cross join lateral (
            select o.id from msg_outbox o where o.shard = s.shard and o.id > s.low and o.id <= s.last order by o.id) o
        union all
        select s.shard, o.*, true from unnest($1, $4) s(shard, last) cross join lateral (
            select id, {Rows.EventColumns} from msg_outbox o
            where o.shard = s.shard and o.id > s.last order by o.id limit $3) o
        """;

    private const string LinePerShard = """
        select s.shard, coalesce(
                (select o.id from msg_outbox o where o.shard = s.shard and o.id > s.low order by o.id limit 1), 0),
            null::uuid, pg_current_snapshot()::text, null::text, null::text, null::text, pg_postmaster_start_time(),
            null::text, null::text, null::bytea, exists (select from msg_held_keys h where h.shard = s.shard)
        from unnest($1, $2) s(shard, low)
        """;

    private const string Delete =
        "delete from msg_outbox o using unnest($1, $2) u(shard, id) where o.shard = u.shard and o.id = u.id";

    private const string Release = """
        delete from msg_held_keys h using unnest($1, $2, $3) u(shard, stream, key)
        where h.shard = u.shard and h.stream = u.stream and h.key = u.key
        """;

    private readonly ConcurrentDictionary<int, LowWater> _marks = new();
    private DateTime _serverStarted;

    /// <summary>From which ids on the next read of the shards looks.</summary>
    internal long[] Starts(IEnumerable<int> shards) => [.. shards.Select(shard => Mark(shard).Start().From)];

    /// <summary>Settling rows of the shard must look for holds from now on.</summary>
    public void KeysWereHeld(int shard) => Mark(shard).MayHold = true;

    /// <summary>Deletes what was accepted, and reads on: the pipeline is one transaction.</summary>
    public async Task<IReadOnlyList<OutboxRow>> ReadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        while (true)
        {
            var looks = Looks(shards, []);
            var mayHold = looks.Any(look => look.Mark.MayHold);
            var read = mayHold
                ? PostgresStore.Command(Read,
                    Shards(looks), Froms(looks), Parameters.Of(limitPerShard), Parameters.Of(now))
                : Behind(looks, limitPerShard);
            var rows = await RunAsync(accepted, looks, read, stop).ConfigureAwait(false);
            if (looks.All(look => look.IsComplete && (mayHold || !look.Held))) return rows;
            accepted = [];
        }
    }

    /// <inheritdoc cref="IMessageStore.SettleAndReadAheadAsync"/>
    public async Task<IReadOnlyList<OutboxRow>?> ReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, CancellationToken stop)
    {
        var looks = Looks(shards, inFlight);
        if (looks.Any(look => look.Mark.MayHold))
        {
            if (accepted.Count > 0) await SettleAsync(accepted, stop).ConfigureAwait(false);
            return null;
        }
        var rows = await RunAsync(accepted, looks, Behind(looks, limitPerShard), stop).ConfigureAwait(false);
        return looks.All(look => look.IsComplete && !look.Held && !look.HasUnknown) ? rows : null;
    }

    public async Task SettleAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop)
    {
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(PostgresStore.Command(PostgresStore.IndexOnly));
        AddDeletes(batch, accepted);
        await batch.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }

    private void AddDeletes(NpgsqlBatch batch, IReadOnlyList<OutboxRow> accepted)
    {
        if (accepted.Count == 0) return;
        var shard = new int[accepted.Count];
        var id = new long[accepted.Count];
        for (var i = 0; i < id.Length; i++) (shard[i], id[i]) = (accepted[i].Shard, accepted[i].Id);
        batch.BatchCommands.Add(PostgresStore.Command(Delete, Parameters.Array(shard), Parameters.Array(id)));
        if (accepted.Where(row => Mark(row.Shard).MayHold).Distinct().ToArray() is { Length: > 0 } held)
        {
            batch.BatchCommands.Add(PostgresStore.Command(Release,
                Parameters.Array(Array.ConvertAll(held, row => row.Shard)),
                Parameters.Array(Array.ConvertAll(held, row => row.Event.Stream)),
                Parameters.Array(Array.ConvertAll(held, row => row.Event.Key))));
        }
    }

    private Look[] Looks(IReadOnlyCollection<int> shards, IReadOnlyList<OutboxRow> inFlight)
    {
        var looks = shards.Distinct().Select(shard => new Look(shard, Mark(shard))).ToArray();
        foreach (var sent in inFlight.GroupBy(row => row.Shard))
            Array.Find(looks, look => look.Shard == sent.Key)?.Behind(sent.Select(row => row.Id));
        return looks;
    }

    private static NpgsqlBatchCommand Behind(Look[] looks, int limitPerShard) => PostgresStore.Command(ReadBehind,
        Shards(looks), Froms(looks), Parameters.Of(limitPerShard),
        Parameters.Array(Array.ConvertAll(looks, look => look.Last)));

    private static NpgsqlParameter Shards(Look[] looks) =>
        Parameters.Array(Array.ConvertAll(looks, look => look.Shard));

    private static NpgsqlParameter Froms(Look[] looks) =>
        Parameters.Array(Array.ConvertAll(looks, look => look.From));

    private async Task<List<OutboxRow>> RunAsync(
        IReadOnlyList<OutboxRow> accepted, Look[] looks, NpgsqlBatchCommand read, CancellationToken stop)
    {
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(PostgresStore.Command(PostgresStore.IndexOnly));
        AddDeletes(batch, accepted);
        batch.BatchCommands.Add(read);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
            await reader.NextResultAsync(stop).ConfigureAwait(false);
            return await ReadAsync(reader, looks, stop).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Behind a lost connection there may be another server, restored or promoted,
            // on which lower ids come again.
            _marks.Clear();
            throw;
        }
    }

    private async Task<List<OutboxRow>> ReadAsync(NpgsqlDataReader reader, Look[] looks, CancellationToken stop)
    {
        var rows = new List<OutboxRow>();
        var row = new PostgresReader(reader);
        var sameServer = true;
        while (await reader.ReadAsync(stop).ConfigureAwait(false))
        {
            if (!reader.IsDBNull(2))
            {
                rows.Add(new OutboxRow(row.GetInt64(1), row.GetInt32(0), Rows.Event(row, 2)));
                continue;
            }
            var look = Array.Find(looks, look => look.Shard == reader.GetInt32(0))!;
            if (reader.IsDBNull(3))
            {
                look.Met(row.GetInt64(1));
                continue;
            }
            (look.First, look.Snapshot, look.Held) = (row.GetInt64(1), row.GetString(3), row.GetBoolean(11));
            sameServer = reader.GetDateTime(7) == _serverStarted;
            _serverStarted = reader.GetDateTime(7);
        }
        if (!sameServer) _marks.Clear();
        foreach (var look in looks)
        {
            look.HasUnknown |= !sameServer;
            var last = rows.FindLast(candidate => candidate.Shard == look.Shard)?.Id ?? 0;
            look.IsComplete = look.Mark.Saw(
                look.Version, look.From, look.First, last, Snapshot.Parse(look.Snapshot), look.Held);
        }
        return rows;
    }

    private LowWater Mark(int shard) => _marks.GetOrAdd(shard, _ => new LowWater(clock));

    private sealed class Look
    {
        private readonly HashSet<long> _inFlight = [];

        public Look(int shard, LowWater mark)
        {
            (Shard, Mark) = (shard, mark);
            (From, Version) = mark.Start();
            Last = From;
        }

        public int Shard { get; }
        public LowWater Mark { get; }
        public long From { get; }
        public long Version { get; }

        /// <summary>Behind which the rows are read: the highest id in flight, or <see cref="From"/>.</summary>
        public long Last { get; private set; }

        public long First { get; set; }
        public string Snapshot { get; set; } = "";
        public bool Held { get; set; }

        /// <summary>Nothing that the read passed over may belong before what it returned.</summary>
        public bool IsComplete { get; set; }

        /// <summary>A row that is not in flight stands, or may stand, before one that is.</summary>
        public bool HasUnknown { get; set; }

        public void Behind(IEnumerable<long> inFlight)
        {
            _inFlight.UnionWith(inFlight);
            Last = Math.Max(From, _inFlight.Max());
        }

        public void Met(long id) => HasUnknown |= !_inFlight.Contains(id);
    }
}
