using System.Data.Common;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Tests.Fakes;

/// <summary>Counts the round trips and commits that the library asks of a store, and fails on demand.</summary>
internal sealed class CountingStore(IMessageStore inner) : IMessageStore
{
    private readonly Lock _sync = new();
    private readonly List<string> _trips = [];

    /// <summary>Asked before each call; throwing is the failure.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Comes between a replay's rollback and its end.</summary>
    public Func<Task> OnEndReplay { get; set; } = () => Task.CompletedTask;

    public string Name => inner.Name;

    public IReadOnlyList<string> Trips
    {
        get
        {
            lock (_sync) return [.. _trips];
        }
    }

    public void Forget()
    {
        lock (_sync) _trips.Clear();
    }

    /// <summary>As an engine with round trips to save: the inbox answers with the commit.</summary>
    public bool AdmitsWithCommit { get; set; }

    private int _hopes;

    /// <summary>How many batches were taken for new without asking.</summary>
    public int Hopes => Volatile.Read(ref _hopes);

    public void Count(string trip)
    {
        lock (_sync) _trips.Add(trip);
        Before?.Invoke(trip);
    }

    public Task PrepareAsync(CancellationToken stop) => inner.PrepareAsync(stop);

    public async ValueTask<IStoreSession> BeginAsync(CancellationToken stop)
    {
        Before?.Invoke("begin");
        return new Session(this, await inner.BeginAsync(stop));
    }

    public Task<IReadOnlyList<OutboxRow>> ReadOutboxAsync(
        IReadOnlyCollection<int> shards, int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        Count("read outbox");
        return inner.ReadOutboxAsync(shards, limitPerShard, now, stop);
    }

    public Task<IReadOnlyList<OutboxRow>> SettleAndReadOutboxAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        Count("settle and read outbox");
        return inner.SettleAndReadOutboxAsync(accepted, shards, limitPerShard, now, stop);
    }

    /// <summary>As an engine that can read ahead.</summary>
    public bool ReadsAhead { get; set; }

    public async Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        Count("settle and read ahead");
        var sending = inFlight.Select(row => row.Id).ToHashSet();
        var rows = await inner.SettleAndReadOutboxAsync(
            accepted, shards, limitPerShard + inFlight.Count, now, stop);
        return [.. rows.Where(row => !sending.Contains(row.Id)).GroupBy(row => row.Shard)
            .SelectMany(shard => shard.Take(limitPerShard))];
    }

    public Task SettleOutboxAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop)
    {
        Count("settle outbox");
        return inner.SettleOutboxAsync(accepted, stop);
    }

    public Task HoldKeysAsync(IReadOnlyList<RefusedRow> rows, CancellationToken stop)
    {
        Count("hold keys");
        return inner.HoldKeysAsync(rows, stop);
    }

    public Task<LeaseGrant> ExchangeLeasesAsync(LeaseRequest request, CancellationToken stop)
    {
        Before?.Invoke("leases");
        return inner.ExchangeLeasesAsync(request, stop);
    }

    public ValueTask<bool> MayHaveForeignCommitsAsync(CancellationToken stop) => inner.MayHaveForeignCommitsAsync(stop);

    public Task<DateTimeOffset?> NextTimerDueAsync(CancellationToken stop) => inner.NextTimerDueAsync(stop);

    public Task PutOffTimersAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, CancellationToken stop) =>
        inner.PutOffTimersAsync(ids, due, stop);

    public Task<int> TrimInboxAsync(DateTimeOffset before, int limit, CancellationToken stop) =>
        inner.TrimInboxAsync(before, limit, stop);

    public Task<IReadOnlyList<ParkedMessage>> ListParkedAsync(
        ParkedFilter filter, ParkedPlace? after, int limit, CancellationToken stop) =>
        inner.ListParkedAsync(filter, after, limit, stop);

    public Task<int> CountParkedAsync(ParkedFilter filter, bool wholeKeys, CancellationToken stop) =>
        inner.CountParkedAsync(filter, wholeKeys, stop);

    public Task<int> RequestReplayAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop) =>
        inner.RequestReplayAsync(filter, act, stop);

    public Task<int> DiscardParkedAsync(ParkedFilter filter, ParkedAct act, CancellationToken stop) =>
        inner.DiscardParkedAsync(filter, act, stop);

    public Task<int> ChangeParkedAsync(ParkedChange change, ParkedAct act, CancellationToken stop) =>
        inner.ChangeParkedAsync(change, act, stop);

    public Task<Guid?> FindChangedAsync(Guid act, CancellationToken stop) => inner.FindChangedAsync(act, stop);

    public Task<IReadOnlyList<ParkedKey>> ListReplaysAsync(ParkedKey? after, int limit, CancellationToken stop) =>
        inner.ListReplaysAsync(after, limit, stop);

    public async Task EndReplayAsync(
        ParkedKey replay, Guid failed, string reason, int attempts, CancellationToken stop)
    {
        await OnEndReplay();
        await inner.EndReplayAsync(replay, failed, reason, attempts, stop);
    }

    public Task<StoreStatistics> ReadStatisticsAsync(CancellationToken stop) => inner.ReadStatisticsAsync(stop);

    public bool IsTransient(Exception failure) => failure is DatabaseAwayException || inner.IsTransient(failure);

    private sealed class Session(CountingStore store, IStoreSession inner) : IStoreSession
    {
        private Func<CancellationToken, Task<Admission>>? _admission;
        private int _expected;

        public DbConnection Connection => inner.Connection;

        public DbTransaction Transaction => inner.Transaction;

        public void Enqueue(string sql, object?[] parameters, int rowsExpected = -1) =>
            inner.Enqueue(sql, parameters, rowsExpected);

        public void EnqueueInsert(string sql, params object?[] values) => inner.EnqueueInsert(sql, values);

        public Task FlushAsync(CancellationToken stop)
        {
            store.Count("flush");
            return inner.FlushAsync(stop);
        }

        public Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken stop)
        {
            store.Count("execute");
            return inner.ExecuteAsync(sql, parameters, stop);
        }

        public Task<List<T>> QueryAsync<T>(
            string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop)
        {
            store.Count("query");
            return inner.QueryAsync(sql, parameters, read, stop);
        }

        public Task<Admission> AdmitAsync(
            string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys,
            DateTimeOffset now, CancellationToken stop)
        {
            store.Count("admit");
            return inner.AdmitAsync(stream, ids, keys, now, stop);
        }

        public bool TryAdmitNew(
            string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys, DateTimeOffset now)
        {
            _expected = ids.Count;
            if (store.AdmitsWithCommit) Interlocked.Increment(ref store._hopes);
            if (store.AdmitsWithCommit) _admission = stop => inner.AdmitAsync(stream, ids, keys, now, stop);
            return store.AdmitsWithCommit;
        }

        public Task<IReadOnlyList<TimerRow>> TakeTimersAsync(DateTimeOffset dueBy, int limit, CancellationToken stop)
        {
            store.Count("take timers");
            return inner.TakeTimersAsync(dueBy, limit, stop);
        }

        public Task<IReadOnlyList<TimerRow>> TakeTimersAsync(IReadOnlyList<Guid> ids, CancellationToken stop)
        {
            store.Count("take timers");
            return inner.TakeTimersAsync(ids, stop);
        }

        public Task<IReadOnlyList<ParkedMessage>> TakeParkedAsync(
            string stream, string key, int limit, CancellationToken stop)
        {
            store.Count("take parked");
            return inner.TakeParkedAsync(stream, key, limit, stop);
        }

        public void AppendOutbox(IReadOnlyList<OutboxRow> rows) => inner.AppendOutbox(rows);

        public void AddTimers(IReadOnlyList<TimerRow> timers) => inner.AddTimers(timers);

        public void CancelTimer(string type, string key) => inner.CancelTimer(type, key);

        public void Park(IReadOnlyList<ParkedMessage> messages) => inner.Park(messages);

        public async Task CommitAsync(CancellationToken stop)
        {
            store.Count("commit");
            if (_admission is not null)
            {
                var admission = await _admission(stop);
                if (admission.New.Count < _expected || admission.ParkedKeys.Count > 0)
                {
                    throw new InvalidOperationException("Not all is new.");
                }
            }
            await inner.CommitAsync(stop);
        }

        public Task RollbackAsync() => inner.RollbackAsync();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}

/// <summary>Stands for a database that does not answer.</summary>
internal sealed class DatabaseAwayException() : Exception("The database is away.");
