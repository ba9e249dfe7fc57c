using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using SQLitePCL;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>The library's tables in the service's SQLite file.</summary>
internal sealed class SqliteStore(
    SqliteDatabase database, IOptions<SqliteStoreOptions> options, IOptions<OutboxOptions> outbox, TimeProvider clock)
    : IMessageStore, IDisposable
{
    private readonly Lock _watchLock = new();
    private SqliteLink? _watch;
    private long _version;

    public string Name => "sqlite";

    public async Task PrepareAsync(CancellationToken stop)
    {
        await SqliteFile.CreateAsync(database.File, options.Value.WriteTimeout, clock, stop).ConfigureAwait(false);
        await WriteAsync(
            durable: true, link => { SqliteSchema.Upgrade(link); return true; }, stop).ConfigureAwait(false);
    }

    public async ValueTask<IStoreSession> BeginAsync(CancellationToken stop) =>
        new SqliteSession(await database.Writer.BeginAsync(durable: true, stop).ConfigureAwait(false));

    public async Task<IReadOnlyList<OutboxRow>> ReadOutboxAsync(
        IReadOnlyCollection<int> shards, int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        var rows = new List<OutboxRow>();
        foreach (var shard in shards)
        {
            rows.AddRange(await database.QueryAsync(
                OutboxTable.ReadShard, [shard, now, now + outbox.Value.HeldKeyDelayMax, limitPerShard],
                OutboxTable.Read, stop).ConfigureAwait(false));
        }
        return rows;
    }

    public async Task<IReadOnlyList<OutboxRow>> SettleAndReadOutboxAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        await SettleOutboxAsync(accepted, stop).ConfigureAwait(false);
        return await ReadOutboxAsync(shards, limitPerShard, now, stop).ConfigureAwait(false);
    }

    /// <summary>Reading is quick here, and one file's transactions take turns anyway.</summary>
    public bool ReadsAhead => false;

    public Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop) => throw new NotSupportedException();

    public Task SettleOutboxAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop) =>
        WriteAsync(durable: false, link => { OutboxTable.Settle(link, accepted); return true; }, stop);

    public Task HoldKeysAsync(IReadOnlyList<RefusedRow> rows, CancellationToken stop) =>
        WriteAsync(durable: true, link => { OutboxTable.HoldKeys(link, rows); return true; }, stop);

    public Task<LeaseGrant> ExchangeLeasesAsync(LeaseRequest request, CancellationToken stop) =>
        WriteAsync(durable: false, link => LeaseTables.Exchange(link, request), stop);

    public ValueTask<bool> MayHaveForeignCommitsAsync(CancellationToken stop)
    {
        // On a connection that never writes, every commit of any process is foreign: cheap, and true when in doubt.
        lock (_watchLock)
        {
            _watch ??= SqliteLink.Open(database.File, busyTimeoutMilliseconds: 100, statementsMax: 16);
            var version = _watch.DataVersion();
            var changed = version != _version;
            _version = version;
            return ValueTask.FromResult(changed);
        }
    }

    public async Task<DateTimeOffset?> NextTimerDueAsync(CancellationToken stop) =>
        (await database.QueryAsync(TimerTable.NextDue, [], row => row.GetTimeOrNull(0), stop).ConfigureAwait(false))[0];

    public Task PutOffTimersAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, CancellationToken stop) =>
        WriteAsync(durable: false, link => TimerTable.PutOff(link, ids, due), stop);

    public Task<int> TrimInboxAsync(DateTimeOffset before, int limit, CancellationToken stop) =>
        WriteAsync(durable: false, link => InboxTable.Trim(link, before, limit), stop);

    public async Task<IReadOnlyList<ParkedMessage>> ListParkedAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop) =>
        await database.QueryAsync(
            ParkTables.List(filter, after),
            [.. ParkTables.Parameters(filter), after?.Stream, after?.Key, after?.Position, limit],
            ParkTables.Read, stop).ConfigureAwait(false);

    public async Task<int> CountParkedAsync(ParkedFilter filter, bool wholeKeys, CancellationToken stop) =>
        (await database.QueryAsync(
            ParkTables.Count(filter, wholeKeys), ParkTables.Parameters(filter),
            row => row.GetInt32(0), stop).ConfigureAwait(false))[0];

    public Task<int> RequestReplayAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop) =>
        WriteAsync(durable: true, link => ParkTables.RequestReplay(link, filter, act), stop);

    public Task<int> DiscardParkedAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop) =>
        WriteAsync(durable: true, link => ParkTables.Discard(link, filter, act), stop);

    public Task<int> ChangeParkedAsync(ParkedChange change, ParkedAct act, CancellationToken stop) =>
        WriteAsync(durable: true, link => ParkTables.Change(link, change, act), stop);

    public async Task<Guid?> FindChangedAsync(Guid act, CancellationToken stop) =>
        await database.QueryAsync(ParkTables.FindChanged, [act], row => row.GetGuid(0), stop).ConfigureAwait(false)
            is [var changed] ? changed : null;

    public async Task<IReadOnlyList<ParkedKey>> ListReplaysAsync(ParkedKey? after, int limit, CancellationToken stop) =>
        await database.QueryAsync(
            ParkTables.ListReplays(after),
            after is null ? [limit] : [limit, after.RequestedAt, after.Stream, after.Key],
            row => new ParkedKey(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetTime(3)), stop)
            .ConfigureAwait(false);

    public Task EndReplayAsync(
        ParkedKey replay, Guid failed, string reason, int attempts, CancellationToken stop) =>
        WriteAsync(
            durable: true,
            link => { ParkTables.EndReplay(link, replay, failed, reason, attempts); return true; }, stop);

    public async Task<StoreStatistics> ReadStatisticsAsync(CancellationToken stop) =>
        (await database.QueryAsync(
            """
            SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM msg_outbox LIMIT 10001)),
                   (SELECT MAX(id) - MIN(id) + 1 FROM msg_outbox),
                   (SELECT time FROM msg_outbox AS waiting WHERE NOT EXISTS (
                        SELECT 1 FROM msg_held_keys AS held
                        WHERE held.stream = waiting.stream AND held.key = waiting.key)
                    ORDER BY id LIMIT 1),
                   (SELECT COUNT(*) FROM msg_held_keys),
                   (SELECT COUNT(*) FROM msg_parked),
                   (SELECT COUNT(*) FROM msg_parked_keys),
                   (SELECT COUNT(*) FROM msg_timers),
                   (SELECT MIN(due) FROM msg_timers),
                   (SELECT handled_at FROM msg_inbox ORDER BY number DESC LIMIT 1)
            """,
            [],
            row => new StoreStatistics(
                row.GetInt64(0) <= 10_000 ? row.GetInt64(0) : row.GetInt64(1),
                row.GetTimeOrNull(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6),
                row.GetTimeOrNull(7), row.GetTimeOrNull(8)),
            stop).ConfigureAwait(false))[0];

    public bool IsTransient(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SqliteException sqlite) return IsTransient(sqlite.SqliteErrorCode);
            if (cause is UnexpectedRowsException) return false;
        }
        return false;
    }

    public void Dispose()
    {
        lock (_watchLock)
        {
            _watch?.Dispose();
            _watch = null;
        }
    }

    // Locked, full, or the file or its disk cannot be used now: none of it is the message's doing.
    private static bool IsTransient(int code) => code is
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED or raw.SQLITE_FULL or raw.SQLITE_IOERR or raw.SQLITE_CANTOPEN or
        raw.SQLITE_NOMEM or raw.SQLITE_READONLY or raw.SQLITE_PROTOCOL or raw.SQLITE_INTERRUPT;

    private async Task<T> WriteAsync<T>(bool durable, Func<SqliteLink, T> write, CancellationToken stop)
    {
        using var turn = await database.Writer.BeginAsync(durable, stop).ConfigureAwait(false);
        var answer = write(turn.Link);
        turn.Commit();
        return answer;
    }
}
