using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>Reads and settles the outbox, at a cost that grows with the batch and with nothing else.</summary>
internal sealed class OutboxReader(PostgresDatabase database, IOptions<OutboxOptions> outbox, TimeProvider clock)
{
    /// <summary>
    /// First one line with the snapshot of the statement, then the rows. Each shard is a walk along the primary key
    /// from its low-water mark, so neither the backlog nor deleted rows cost anything. Looking each row's key up among
    /// the held ones would cost more than the row, so this is for while none is held.
    /// </summary>
    internal const string Read = $"""
        {State}
        union all
        {FromThere}
        """;

    /// <summary>
    /// As <see cref="Read"/>, from behind the rows that are in flight on. Of what stands before, it says only the first
    /// id, the count and the sum, by the same snapshot: should a row have appeared there meanwhile, those behind it
    /// may be of the same key.
    /// </summary>
    internal const string ReadBehind = $"""
        {State}
        union all
        select s.shard, b.*, null, null, null, null, null, null, null
        from unnest($1, $2, $4) s(shard, last, low) cross join lateral (
            select min(o.id), null::uuid, count(*)::text, sum(o.id)::text
            from msg_outbox o where o.shard = s.shard and o.id > s.low and o.id <= s.last) b
        union all
        {FromThere}
        """;

    /// <summary>As <see cref="Read"/>, without rows of held keys; of the first row of each shard it says the id also
    /// when its key is held. What is held for longer than any key is was held before the clock was set back.</summary>
    internal const string ReadNotHeld = $"""
        {State}
        union all
        select s.shard, o.id, null, null, null, null, null, null, null, null, null, null
        from unnest($1, $2) s(shard, low) cross join lateral (
            select o.id from msg_outbox o where o.shard = s.shard and o.id > s.low order by o.id limit 1) o
        union all
        select s.shard, o.*, null from unnest($1, $2) s(shard, low) cross join lateral (
            select id, {Rows.EventColumns} from msg_outbox o
            where o.shard = s.shard and o.id > s.low and not exists (
                select from msg_held_keys h
                where h.shard = o.shard and h.stream = o.stream and h.key = o.key
                    and h.retry_at > $4 and h.retry_at <= $5)
            order by o.id limit $3) o
        """;

    private const string State = """
        select null::int, null::bigint, null::uuid, pg_current_snapshot()::text, null::text, null::text, null::text,
            pg_postmaster_start_time(), null::text, null::text, null::bytea,
            exists (select from msg_held_keys h where h.shard = any($1))
        """;

    private const string FromThere = $"""
        select s.shard, o.*, null from unnest($1, $2) s(shard, last) cross join lateral (
            select id, {Rows.EventColumns} from msg_outbox o
            where o.shard = s.shard and o.id > s.last order by o.id limit $3) o
        """;

    /// <summary>
    /// Looks each row up in the index, whatever the planner supposes. A join it would turn round when it was planned
    /// while the table was empty: all rows that wait, dead ones too, each compared with all ids. "offset 0" keeps the
    /// lookup below the ids, and by their places the rows can be fetched only one by one.
    /// </summary>
    internal const string Delete = """
        delete from msg_outbox where ctid = any(array(
            select o.ctid from unnest($1, $2) u(shard, id) cross join lateral (
                select o.ctid from msg_outbox o where o.shard = u.shard and o.id = u.id offset 0) o))
        """;

    private const string Release = """
        delete from msg_held_keys where ctid = any(array(
            select h.ctid from unnest($1, $2, $3) u(shard, stream, key) cross join lateral (
                select h.ctid from msg_held_keys h
                where h.shard = u.shard and h.stream = u.stream and h.key = u.key offset 0) h))
        """;

    private readonly ConcurrentDictionary<int, LowWater> _marks = new();
    private DateTime _serverStarted;
    private Fence? _fence;

    /// <summary>From which ids on the next read of the shards looks.</summary>
    internal long[] Starts(IEnumerable<int> shards) => [.. shards.Select(shard => Mark(shard).Next().From)];

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
                ? Command(
                    ReadNotHeld, looks, limitPerShard,
                    Parameters.Of(now), Parameters.Of(now + outbox.Value.HeldKeyDelayMax))
                : Command(Read, looks, limitPerShard);
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
        var read = Command(
            ReadBehind, looks, limitPerShard, Parameters.Array(Array.ConvertAll(looks, look => look.From)));
        var rows = await RunAsync(accepted, looks, read, stop).ConfigureAwait(false);
        return looks.All(look => look.IsComplete && !look.Held && !look.HasUnknown) ? rows : null;
    }

    public async Task SettleAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop)
    {
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(PostgresStore.Command(Fence.Draw));
        AddDeletes(batch, accepted);
        Fence drawn;
        await using (var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false))
        {
            drawn = await FenceAsync(reader, stop).ConfigureAwait(false);
            while (await reader.NextResultAsync(stop).ConfigureAwait(false))
            {
                // To the end: an error of a later statement surfaces here.
            }
        }
        _fence = drawn;
    }

    private static async Task<Fence> FenceAsync(NpgsqlDataReader reader, CancellationToken stop)
    {
        await reader.ReadAsync(stop).ConfigureAwait(false);
        return Fence.Read(new PostgresReader(reader));
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

    private static NpgsqlBatchCommand Command(
        string sql, Look[] looks, int limitPerShard, params NpgsqlParameter[] others) => PostgresStore.Command(
        sql,
        [
            Parameters.Array(Array.ConvertAll(looks, look => look.Shard)),
            Parameters.Array(Array.ConvertAll(looks, look => look.Last)),
            Parameters.Of(limitPerShard),
            .. others,
        ]);

    private async Task<List<OutboxRow>> RunAsync(
        IReadOnlyList<OutboxRow> accepted, Look[] looks, NpgsqlBatchCommand read, CancellationToken stop)
    {
        // Deleting takes a number anyway. A read alone takes none, but for the look at everything: a relay with nothing
        // to do would else use up a hundred a second.
        var (ended, drawn) = (_fence, (Fence?)null);
        var draws = accepted.Count > 0 || looks.Any(look => look.IsWhole);
        await using var batch = database.DataSource.CreateBatch();
        batch.BatchCommands.Add(PostgresStore.Command(draws ? Fence.Draw : PostgresStore.IndexOnly));
        AddDeletes(batch, accepted);
        batch.BatchCommands.Add(read);
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
            if (draws) drawn = await FenceAsync(reader, stop).ConfigureAwait(false);
            await reader.NextResultAsync(stop).ConfigureAwait(false);
            var rows = await ReadAsync(reader, looks, ended, stop).ConfigureAwait(false);
            while (await reader.NextResultAsync(stop).ConfigureAwait(false))
            {
                // To the end: only then the transaction is known to have ended.
            }
            _fence = drawn ?? _fence;
            return rows;
        }
        catch (Exception)
        {
            // Behind a lost connection there may be another server, restored or promoted,
            // on which lower ids come again.
            Forget();
            throw;
        }
    }

    private async Task<List<OutboxRow>> ReadAsync(
        NpgsqlDataReader reader, Look[] looks, Fence? fence, CancellationToken stop)
    {
        var rows = new List<OutboxRow>();
        var row = new PostgresReader(reader);
        await reader.ReadAsync(stop).ConfigureAwait(false);
        var (snapshot, held) = (Snapshot.Parse(row.GetString(3)), row.GetBoolean(11));
        var sameServer = _serverStarted == default || reader.GetDateTime(7) == _serverStarted;
        _serverStarted = reader.GetDateTime(7);
        while (await reader.ReadAsync(stop).ConfigureAwait(false))
        {
            var (shard, id) = (row.GetInt32(0), row.IsNull(1) ? 0 : row.GetInt64(1));
            var look = Array.Find(looks, look => look.Shard == shard)!;
            look.Met(id);
            if (row.IsNull(2))
            {
                if (!row.IsNull(3)) look.Before(row.GetString(3), row.GetStringOrNull(4) ?? "0");
                continue;
            }
            rows.Add(new OutboxRow(id, shard, Rows.Event(row, 2)));
        }
        if (!sameServer) Forget(); // A pooler may hide that the connection was lost.
        foreach (var look in looks) look.Conclude(held, snapshot, fence, sameServer);
        return rows;
    }

    private void Forget()
    {
        _fence = null;
        _marks.Clear();
    }

    private LowWater Mark(int shard) => _marks.GetOrAdd(shard, _ => new LowWater(clock));

    private sealed class Look
    {
        private readonly LowWater.Start _start;
        private long _inFlight;
        private Int128 _inFlightSum;
        private long _first;

        public Look(int shard, LowWater mark)
        {
            (Shard, Mark) = (shard, mark);
            _start = mark.Next();
            Last = From;
        }

        public int Shard { get; }
        public LowWater Mark { get; }
        public long From => _start.From;
        public bool IsWhole => _start.IsWhole;

        /// <summary>Behind which the rows are read: the highest id in flight, or <see cref="From"/>.</summary>
        public long Last { get; private set; }

        public bool Held { get; private set; }

        /// <summary>Nothing that the read passed over may belong before what it returned.</summary>
        public bool IsComplete { get; private set; }

        /// <summary>A row that is not in flight stands before one that is.</summary>
        public bool HasUnknown { get; private set; }

        public void Behind(IEnumerable<long> inFlight)
        {
            foreach (var id in inFlight)
            {
                Last = Math.Max(Last, id);
                if (id <= From) continue;
                _inFlight++;
                _inFlightSum += id;
            }
        }

        public void Met(long id)
        {
            if (id > 0 && (_first == 0 || id < _first)) _first = id;
        }

        /// <param name="count">Of the rows that stand up to <see cref="Last"/>.</param>
        /// <param name="sum">Of their ids.</param>
        public void Before(string count, string sum) => HasUnknown =
            long.Parse(count, CultureInfo.InvariantCulture) != _inFlight
            || Int128.Parse(sum, CultureInfo.InvariantCulture) != _inFlightSum;

        public void Conclude(bool held, Snapshot snapshot, Fence? fence, bool sameServer)
        {
            Held = held;
            IsComplete = Mark.Saw(_start, new LowWater.Sight(_first, held, snapshot, fence)) && sameServer;
        }
    }
}
