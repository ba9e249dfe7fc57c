using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>The library's own statements of a transaction: inbox, outbox, timers, park.</summary>
internal sealed partial class PostgresSession
{
    public async Task<Admission> AdmitAsync(
        string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys,
        DateTimeOffset now, CancellationToken stop)
    {
        if (_queue.Count > 0) await FlushAsync(stop).ConfigureAwait(false);
        // In one order everywhere: two consumers that meet over the same ids or keys wait
        // for each other, not both ways.
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        // First the inbox: should another consumer of these ids be about to park a key of theirs, this waits for its
        // end, and the second statement, which has a newer snapshot, sees the key.
        var insert = Own("insert into msg_inbox (event_id, handled_at) select u.id, $2 from unnest($1) u(id) " +
            "on conflict do nothing returning event_id", Parameters.Array(sorted), Parameters.Of(now));
        QueueOwn(insert);
        // Key by key: for the sake of the order a plan made over the empty table would read all keys of the stream.
        QueueOwn(Own("""
            select p.key from (select u.key from unnest($2) u(key) order by u.key) k cross join lateral (
                select key from msg_parked_keys p where p.stream = $1 and p.key = k.key for update) p
            """, Parameters.Of(stream), Parameters.Array(keys.ToArray())));
        await using var batch = await BatchAsync(null, stop).ConfigureAwait(false);
        try
        {
            await using var reader = await ReaderAsync(batch, insert, stop).ConfigureAwait(false);
            var fresh = new HashSet<Guid>(sorted.Length);
            while (await reader.ReadAsync(stop).ConfigureAwait(false)) fresh.Add(reader.GetGuid(0));
            await reader.NextResultAsync(stop).ConfigureAwait(false);
            var parked = new HashSet<string>(StringComparer.Ordinal);
            while (await reader.ReadAsync(stop).ConfigureAwait(false)) parked.Add(reader.GetString(0));
            return new Admission(fresh, parked);
        }
        catch (Exception failure)
        {
            throw await FailedAsync(failure).ConfigureAwait(false);
        }
    }

    /// <remarks>As in <see cref="AdmitAsync"/>, but a known id violates the key, and a parked one is no number.
    /// The server's log names either; so a caller asks where copies are to be expected.</remarks>
    public bool TryAdmitNew(
        string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys, DateTimeOffset now)
    {
        var sorted = ids.ToArray();
        Array.Sort(sorted);
        Enqueue("insert into msg_inbox (event_id, handled_at) select u.id, $2 from unnest($1) u(id)",
            Parameters.Array(sorted), Parameters.Of(now));
        QueueOwn(Own("""
            insert into msg_row_guard (refused) select ('parked: ' || p.key)::bigint from unnest($2) k(key)
            cross join lateral (
                select key from msg_parked_keys p where p.stream = $1 and p.key = k.key offset 0) p
            """, Parameters.Of(stream), Parameters.Array(keys.ToArray())));
        return true;
    }

    public async Task<IReadOnlyList<TimerRow>> TakeTimersAsync(DateTimeOffset dueBy, int limit, CancellationToken stop)
    {
        var taken = await QueryAsync(Own("""
            delete from msg_timers where id = any(array(
                select id from msg_timers where due <= $1 order by due, id limit $2 for update skip locked))
            returning id, type, key, due, traceparent, data
            """, Parameters.Of(dueBy), Parameters.Of(limit)), isOwn: true, Rows.Timer, stop).ConfigureAwait(false);
        taken.Sort(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Id.CompareTo(b.Id));
        return taken;
    }

    public async Task<IReadOnlyList<TimerRow>> TakeTimersAsync(IReadOnlyList<Guid> ids, CancellationToken stop)
    {
        var taken = await QueryAsync(Own("""
            delete from msg_timers where id = any(array(
                select t.id from unnest($1) u(id) cross join lateral (
                    select id from msg_timers t where t.id = u.id for update skip locked) t))
            returning id, type, key, due, traceparent, data
            """, Parameters.Array(ids.ToArray())), isOwn: true, Rows.Timer, stop).ConfigureAwait(false);
        taken.Sort(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Id.CompareTo(b.Id));
        return taken;
    }

    public async Task<IReadOnlyList<ParkedMessage>> TakeParkedAsync(
        string stream, string key, int limit, CancellationToken stop)
    {
        // The lock first: the statements after it see what the consumer that held it has parked.
        QueueOwn(Own("update msg_parked_keys set key = key where stream = $1 and key = $2",
            Parameters.Of(stream), Parameters.Of(key)));
        var taken = await QueryAsync(Own($"""
            delete from msg_parked where stream = $1 and key = $2 and position = any(array(
                select position from msg_parked where stream = $1 and key = $2 order by position limit $3))
            returning {Rows.ParkedColumns}
            """, Parameters.Of(stream), Parameters.Of(key), Parameters.Of(limit)),
            isOwn: true, Rows.Parked, stop).ConfigureAwait(false);
        QueueOwn(Own("""
            delete from msg_parked_keys k where stream = $1 and key = $2
            and not exists (select from msg_parked p where p.stream = k.stream and p.key = k.key)
            """, Parameters.Of(stream), Parameters.Of(key)));
        taken.Sort(static (a, b) => a.Position.CompareTo(b.Position));
        return taken;
    }

    public void AppendOutbox(IReadOnlyList<OutboxRow> rows)
    {
        ThrowIfUnusable();
        if (rows.Count > 0) _queue.Add(OutboxInsert.Of(rows));
    }

    public void AddTimers(IReadOnlyList<TimerRow> timers)
    {
        // One row of a statement may not replace another of it: of a type and key, the last one counts. Sorted, so that
        // all lock in one order.
        var last = timers.ToLookup(timer => (timer.Type, timer.Key)).Select(same => same.Last())
            .OrderBy(timer => timer.Type, StringComparer.Ordinal)
            .ThenBy(timer => timer.Key, StringComparer.Ordinal).ToArray();
        if (last.Length == 0) return;
        Enqueue("""
            insert into msg_timers (id, type, key, due, traceparent, data) select * from unnest($1, $2, $3, $4, $5, $6)
            on conflict (type, key) do update
            set id = excluded.id, due = excluded.due, traceparent = excluded.traceparent, data = excluded.data
            """,
            Parameters.Array(Array.ConvertAll(last, timer => timer.Id)),
            Parameters.Array(Array.ConvertAll(last, timer => timer.Type)),
            Parameters.Array(Array.ConvertAll(last, timer => timer.Key)),
            Parameters.Array(Array.ConvertAll(last, timer => timer.Due.UtcDateTime)),
            Parameters.Array(Array.ConvertAll(last, timer => timer.TraceParent)),
            Parameters.Array(Array.ConvertAll(last, timer => timer.Data)));
    }

    /// <remarks>A timer that is being handled is locked, and its handler may wait for rows that this transaction has
    /// locked: it is let be instead of waited for.</remarks>
    public void CancelTimer(string type, string key) => QueueOwn(Own("""
        delete from msg_timers where type = $1 and key = $2 and exists (
            select from msg_timers where type = $1 and key = $2 for update skip locked)
        """, Parameters.Of(type), Parameters.Of(key)));

    public void Park(IReadOnlyList<ParkedMessage> messages)
    {
        if (messages.Count == 0) return;
        var keys = messages.Select(message => (message.Event.Stream, message.Event.Key)).Distinct().Order().ToArray();
        // The update of a key that is there only locks it: a replay must not take the key away under us.
        Enqueue("""
            insert into msg_parked_keys (stream, key) select * from unnest($1, $2)
            on conflict (stream, key) do update set key = excluded.key
            """,
            Parameters.Array(Array.ConvertAll(keys, key => key.Stream)),
            Parameters.Array(Array.ConvertAll(keys, key => key.Key)));
        var events = new EventArrays(messages.Count);
        foreach (var message in messages) events.Add(message.Event);
        var command = new NpgsqlBatchCommand("""
            insert into msg_parked (event_id, stream, key, type, source, time, traceparent, tracestate, data,
                reason, attempts, parked_at)
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            """);
        events.AddTo(command.Parameters);
        command.Parameters.Add(Parameters.Array(messages.Select(message => message.Reason).ToArray()));
        command.Parameters.Add(Parameters.Array(messages.Select(message => message.Attempts).ToArray()));
        command.Parameters.Add(Parameters.Array(messages.Select(message => message.ParkedAt.UtcDateTime).ToArray()));
        _queue.Add(command);
    }

    private void Enqueue(string sql, params NpgsqlParameter[] parameters)
    {
        ThrowIfUnusable();
        _queue.Add(Own(sql, parameters));
    }

    private static NpgsqlBatchCommand Own(string sql, params NpgsqlParameter[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        return command;
    }
}
