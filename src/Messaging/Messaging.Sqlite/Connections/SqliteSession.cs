using System.Data.Common;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>One transaction of the service's database. There is no network to save round trips on; statements are
/// queued all the same, so that they fail where they would on PostgreSQL.</summary>
internal sealed class SqliteSession(SqliteTurn turn) : IStoreSession
{
    private readonly List<Queued> _queued = [];
    private Exception? _failure;

    public DbConnection Connection => turn.Link.Connection;

    public DbTransaction Transaction => turn.Link.Transaction!;

    public void Enqueue(string sql, object?[] parameters, int rowsExpected = -1) =>
        _queued.Add(new Queued(sql, parameters, rowsExpected));

    /// <summary>A statement more costs nothing here.</summary>
    public void EnqueueInsert(string sql, params object?[] values) => Enqueue(sql, values);

    public Task FlushAsync(CancellationToken stop) => RunAsync(_ => true, stop);

    public Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken stop) =>
        RunAsync(link => link.Execute(sql, parameters), stop);

    public Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        RunAsync(link => link.Query(sql, parameters, read), stop);

    public Task<Admission> AdmitAsync(
        string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys,
        DateTimeOffset now, CancellationToken stop) =>
        RunAsync(link => InboxTable.Admit(link, stream, ids, keys, now), stop);

    /// <summary>There is no round trip to save.</summary>
    public bool TryAdmitNew(
        string stream, IReadOnlyList<Guid> ids, IReadOnlyCollection<string> keys, DateTimeOffset now) => false;

    public Task<IReadOnlyList<TimerRow>> TakeTimersAsync(DateTimeOffset dueBy, int limit, CancellationToken stop) =>
        RunAsync(link => TimerTable.Take(link, dueBy, limit), stop);

    public Task<IReadOnlyList<TimerRow>> TakeTimersAsync(IReadOnlyList<Guid> ids, CancellationToken stop) =>
        RunAsync(link => TimerTable.Take(link, ids), stop);

    public Task<IReadOnlyList<ParkedMessage>> TakeParkedAsync(
        string stream, string key, int limit, CancellationToken stop) =>
        RunAsync(link => ParkTables.Take(link, stream, key, limit), stop);

    public void AppendOutbox(IReadOnlyList<OutboxRow> rows)
    {
        foreach (var row in rows) Enqueue(OutboxTable.Append, OutboxTable.Parameters(row));
    }

    public void AddTimers(IReadOnlyList<TimerRow> timers)
    {
        foreach (var timer in timers) Enqueue(TimerTable.Add, TimerTable.Parameters(timer));
    }

    public void CancelTimer(string type, string key) => Enqueue(TimerTable.Cancel, [type, key]);

    public void Park(IReadOnlyList<ParkedMessage> messages)
    {
        foreach (var message in messages)
        {
            var (stream, key) = (message.Event.Stream, message.Event.Key);
            Enqueue(ParkTables.AddKey, [stream, key]);
            Enqueue(ParkTables.Add, ParkTables.Parameters(message));
        }
    }

    public async Task CommitAsync(CancellationToken stop)
    {
        await RunAsync(_ => true, stop).ConfigureAwait(false);
        turn.Commit();
    }

    public Task RollbackAsync()
    {
        _queued.Clear();
        turn.Dispose();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        turn.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs what is queued, then <paramref name="statement"/>. SQLite could go on after a failed statement;
    /// the session does not, as on PostgreSQL: half of a handler's work must not be committed.</summary>
    private Task<T> RunAsync<T>(Func<SqliteLink, T> statement, CancellationToken stop)
    {
        if (stop.IsCancellationRequested) return Task.FromCanceled<T>(stop);
        try
        {
            if (_failure is not null)
            {
                throw new InvalidOperationException(
                    "An earlier statement of this transaction failed; it can only be rolled back.", _failure);
            }
            var link = turn.Link;
            foreach (var queued in _queued)
            {
                var rows = link.Execute(queued.Sql, queued.Parameters);
                if (queued.RowsExpected >= 0 && rows != queued.RowsExpected)
                    throw new UnexpectedRowsException(queued.Sql, queued.RowsExpected, rows);
            }
            _queued.Clear();
            return Task.FromResult(statement(link));
        }
        catch (Exception failure)
        {
            _failure ??= failure;
            return Task.FromException<T>(failure);
        }
    }

    private readonly record struct Queued(string Sql, object?[] Parameters, int RowsExpected);
}
