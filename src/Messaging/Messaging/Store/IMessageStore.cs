namespace Tessera.Messaging.Store;

/// <summary>The seam to one database engine: the library's own tables in the service's own database.</summary>
/// <remarks>
/// Tables: <c>msg_outbox</c>, <c>msg_held_keys</c>, <c>msg_inbox</c>, <c>msg_parked</c>, <c>msg_parked_keys</c>,
/// <c>msg_timers</c>, <c>msg_leases</c>, <c>msg_members</c>, <c>msg_audit</c>, <c>msg_schema</c>,
/// <c>msg_schema_added</c>.
/// A store never waits for a broker.
/// Members outside a session are single, self-contained transactions. All are safe to call from several processes.
/// </remarks>
public interface IMessageStore
{
    /// <summary><c>sqlite</c> or <c>postgres</c>.</summary>
    string Name { get; }

    /// <summary>Creates or upgrades the library's tables; any number of processes may call it at once.</summary>
    /// <exception cref="InvalidOperationException">A newer version of the library has changed them so that this one
    /// cannot work with them. What a newer one has only added to, this one uses as it is.</exception>
    Task PrepareAsync(CancellationToken stop);

    /// <summary>A transaction that can write, begun with its first statement (no round trip of its own).</summary>
    ValueTask<IStoreSession> BeginAsync(CancellationToken stop);

    /// <summary>
    /// Oldest first per shard, at most <paramref name="limitPerShard"/> each, without rows of held keys whose retry is
    /// not due at <paramref name="now"/>. Cost does not grow with the backlog. One round trip.
    /// </summary>
    Task<IReadOnlyList<OutboxRow>> ReadOutboxAsync(
        IReadOnlyCollection<int> shards, int limitPerShard, DateTimeOffset now, CancellationToken stop);

    /// <summary>As <see cref="SettleOutboxAsync"/> and then <see cref="ReadOutboxAsync"/>, in one round trip where
    /// the engine has such.</summary>
    Task<IReadOnlyList<OutboxRow>> SettleAndReadOutboxAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop);

    /// <summary>Whether the engine gains anything by <see cref="SettleAndReadAheadAsync"/>, and has it.</summary>
    bool ReadsAhead { get; }

    /// <summary>
    /// As <see cref="SettleAndReadOutboxAsync"/>, but reads what comes behind <paramref name="inFlight"/>: rows that
    /// are being sent meanwhile and stay. Null when a row that stands before one of them is not among them, or a key is
    /// held: then only a read once they are sent is sure to keep the order of each key. The accepted rows are settled
    /// in either case.
    /// </summary>
    /// <exception cref="NotSupportedException">Not where <see cref="ReadsAhead"/> is false.</exception>
    Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop);

    /// <summary>Deletes rows that the broker has accepted, and what held their keys. One round trip; the commit need
    /// not be synchronous: a lost delete is only a second send.</summary>
    Task SettleOutboxAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop);

    /// <summary>Holds the keys of refused rows back until their retry is due; the rows stay. A row that is there no
    /// more holds nothing: another relay has sent it meanwhile, and nobody would release the key.</summary>
    Task HoldKeysAsync(IReadOnlyList<RefusedRow> rows, CancellationToken stop);

    /// <summary>One exchange of the lease protocol (see <see cref="LeaseRequest"/>), atomically.</summary>
    Task<LeaseGrant> ExchangeLeasesAsync(LeaseRequest request, CancellationToken stop);

    /// <summary>
    /// Whether another process may have committed since the last call, as cheaply as the engine can say. True when in
    /// doubt. A relay that may be woken by other processes' commits asks this between polls.
    /// </summary>
    ValueTask<bool> MayHaveForeignCommitsAsync(CancellationToken stop);

    /// <summary>When the next timer is due, or null.</summary>
    Task<DateTimeOffset?> NextTimerDueAsync(CancellationToken stop);

    /// <summary>Has the given timers due at <paramref name="due"/>, but for those that are there no more, were replaced
    /// or are held by another process.</summary>
    Task PutOffTimersAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, CancellationToken stop);

    /// <summary>Deletes at most <paramref name="limit"/> inbox rows older than <paramref name="before"/>;
    /// returns how many.</summary>
    Task<int> TrimInboxAsync(DateTimeOffset before, int limit, CancellationToken stop);

    /// <summary>Sorted by <see cref="ParkedPlace"/>, from the one behind <paramref name="after"/> on, or from the
    /// first.</summary>
    Task<IReadOnlyList<ParkedMessage>> ListParkedAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop);

    /// <summary>How many parked messages match; with <paramref name="wholeKeys"/>, how many wait under the keys of
    /// those that do. Reads no bodies.</summary>
    Task<int> CountParkedAsync(ParkedFilter filter, bool wholeKeys, CancellationToken stop);

    /// <summary>Marks the matching parked keys for replay (recorded in <c>msg_audit</c>); returns
    /// the messages concerned. One whose replay is running is marked anew.</summary>
    /// <exception cref="ParkedCountException">It would be another number than the act expects.</exception>
    Task<int> RequestReplayAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop);

    /// <summary>Removes the matching parked messages for good (recorded in <c>msg_audit</c>
    /// with their content).</summary>
    /// <exception cref="ParkedCountException">As of <see cref="RequestReplayAsync"/>.</exception>
    Task<int> DiscardParkedAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop);

    /// <summary>Puts another message at the place of a parked one and marks its key for replay (recorded in
    /// <c>msg_audit</c> with both bodies); returns 1, or 0 when it is parked no more.</summary>
    Task<int> ChangeParkedAsync(ParkedChange change, ParkedAct act, CancellationToken stop);

    /// <summary>The id of the message that the act of this name has put into another's place; null when there was no
    /// such act.</summary>
    Task<Guid?> FindChangedAsync(Guid act, CancellationToken stop);

    /// <summary>Parked keys marked for replay, oldest first, from the one behind <paramref name="after"/> on, or from
    /// the first.</summary>
    Task<IReadOnlyList<ParkedKey>> ListReplaysAsync(ParkedKey? after, int limit, CancellationToken stop);

    /// <summary>
    /// Ends the replay of a key whose first parked message failed again: notes the new reason and count of attempts on
    /// that message and clears the key's mark. Order is kept: nothing of the key moves. If the key was asked for once
    /// more meanwhile, its mark stays; if another message is the first by now, all stays as it is.
    /// </summary>
    Task EndReplayAsync(ParkedKey replay, Guid failed, string reason, int attempts, CancellationToken stop);

    Task<StoreStatistics> ReadStatisticsAsync(CancellationToken stop);

    /// <summary>
    /// True when trying again later may help and says nothing against the message: database away, locked, deadlock,
    /// serialization failure, out of connections, disk full.
    /// </summary>
    bool IsTransient(Exception failure);
}

/// <summary>One transaction. Not safe for concurrent use. Disposing without a commit rolls back.</summary>
/// <remarks>
/// Statements use positional parameters <c>$1</c>, <c>$2</c> … on both engines. Parameter values: null, string, bool,
/// int, long, double, Guid, DateTimeOffset (UTC), byte[] / ReadOnlyMemory&lt;byte&gt;, and on PostgreSQL arrays
/// of them. SQLite stores Guid as TEXT (lower case, dashes) and DateTimeOffset as INTEGER Unix milliseconds;
/// PostgreSQL as <c>uuid</c> and <c>timestamptz</c>. <see cref="StoreReader"/> reads both alike.
/// </remarks>
public interface IStoreSession : IAsyncDisposable
{
    /// <summary>For Dapper, EF Core and plain ADO.NET. Call <see cref="FlushAsync"/> first if
    /// statements are queued.</summary>
    System.Data.Common.DbConnection Connection { get; }

    System.Data.Common.DbTransaction Transaction { get; }

    /// <summary>Queues a statement whose answer nobody needs; it goes out with the next one that has an answer, or with
    /// the commit. <paramref name="rowsExpected"/> ≥ 0: the commit fails with <see cref="UnexpectedRowsException"/> if
    /// it touched another number of rows.</summary>
    void Enqueue(string sql, object?[] parameters, int rowsExpected = -1);

    /// <summary>
    /// Queues an insert of one row that may run together with later rows of the same statement, at the place of the
    /// first of them; so it must not need what is queued before it, other rows queued by this method apart, whose
    /// statements keep their order. Where the engine gains nothing by it, or does not understand the statement (a list
    /// of columns, then of parameters and simple literals, then perhaps <c>on conflict … do nothing</c>), this
    /// is <see cref="Enqueue"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A queued row of the same statement had another number of values. An engine
    /// that runs the rows one by one finds it out with the row.</exception>
    void EnqueueInsert(string sql, params object?[] values);

    /// <summary>Sends what is queued. One round trip if anything is.</summary>
    Task FlushAsync(CancellationToken stop);

    /// <summary>Runs one statement (queued ones before it, in the same round trip); returns the rows touched.</summary>
    Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken stop);

    /// <summary>Runs one query (queued statements before it, in the same round trip).</summary>
    Task<List<T>> QueryAsync<T>(string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop);

    /// <summary>
    /// First statement of a consumed batch, in one round trip with BEGIN: inserts the ids into the inbox and returns
    /// which are new, and which of the keys are parked (their key rows locked until the end of this transaction).
    /// </summary>
    Task<Admission> AdmitAsync(
        string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys,
        DateTimeOffset now, CancellationToken stop);

    /// <summary>
    /// Queues the admission of a batch of which it is likely that all ids are new and no key is parked; where that
    /// is not so, the transaction fails. So the answer needs no round trip of its own. False where the engine gains
    /// nothing by it: nothing was queued, use <see cref="AdmitAsync"/>.
    /// </summary>
    bool TryAdmitNew(string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys, DateTimeOffset now);

    /// <summary>Takes due timers out of the table, earliest first; those another process holds are skipped.</summary>
    Task<IReadOnlyList<TimerRow>> TakeTimersAsync(DateTimeOffset dueBy, int limit, CancellationToken stop);

    /// <summary>Takes the given timers, if they are still there (for the poison search after a rollback).</summary>
    Task<IReadOnlyList<TimerRow>> TakeTimersAsync(IReadOnlyList<Guid> ids, CancellationToken stop);

    /// <summary>Takes the key's first parked messages in order, locking the key against consumers; removes the key when
    /// none is left.</summary>
    Task<IReadOnlyList<ParkedMessage>> TakeParkedAsync(string stream, string key, int limit, CancellationToken stop);

    /// <summary>Queues the outbox rows: one multi-row insert. Ids are given in the order of the list.</summary>
    void AppendOutbox(IReadOnlyList<OutboxRow> rows);

    /// <summary>Queues timers. A timer with the same type and key as one that waits replaces it.</summary>
    void AddTimers(IReadOnlyList<TimerRow> timers);

    void CancelTimer(string type, string key);

    /// <summary>Queues messages for the park, behind those of their key that are there.</summary>
    void Park(IReadOnlyList<ParkedMessage> messages);

    /// <summary>Sends what is queued and commits, in one round trip. The one synchronous commit of a batch.</summary>
    Task CommitAsync(CancellationToken stop);

    Task RollbackAsync();
}

/// <summary>A statement queued with an expectation touched another number of rows. Deterministic,
/// not transient.</summary>
public sealed class UnexpectedRowsException(string sql, int expected, int actual)
    : Exception($"The statement touched {actual} rows, not {expected}: {sql}");
