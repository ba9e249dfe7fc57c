using System.Data.Common;
using Tessera.Messaging.Publishing;
using Tessera.Messaging.Store;

namespace Tessera.Messaging;

/// <summary>
/// One transaction of the service's database, with the events that are published in it. A scoped service: a request
/// begins and commits it; in a handler it is begun already and committed by the library.
/// </summary>
/// <remarks>
/// Events are stored with the business rows and sent by the relay after the commit; a rollback publishes nothing.
/// There is no other way to publish. After <see cref="CommitAsync"/> the unit of work is closed: a later
/// <see cref="Publish{TEvent}"/> throws. Not safe for concurrent use.
/// </remarks>
public sealed class UnitOfWork : IAsyncDisposable
{
    private readonly IMessageStore _store;
    private readonly EventSerializer _serializer;
    private readonly OutboxSignal _signal;
    private readonly List<OutboxRow> _published = [];
    private readonly List<TimerRow> _timers = [];
    private List<Action>? _afterCommit;
    private IStoreSession? _session;
    private bool _ownedByPipeline;
    private bool _closed;

    internal UnitOfWork(IMessageStore store, EventSerializer serializer, OutboxSignal signal)
    {
        _store = store;
        _serializer = serializer;
        _signal = signal;
    }

    /// <summary>Whether a transaction is open.</summary>
    public bool IsBegun => _session is not null && !_closed;

    /// <summary>For Dapper, EF Core and plain ADO.NET. <see cref="FlushAsync"/> first if statements
    /// are queued.</summary>
    public DbConnection Connection => Session.Connection;

    public DbTransaction Transaction => Session.Transaction;

    /// <summary>The message that is being handled: what is published while no trace is recorded
    /// continues its trace.</summary>
    internal EventEnvelope? Cause { get; set; }

    internal IStoreSession Session => _closed
        ? throw new InvalidOperationException("The unit of work has ended; begin a new one in a new scope.")
        : _session ?? throw new InvalidOperationException("Call BeginAsync first: no transaction is open.");

    /// <summary>Opens the transaction. On PostgreSQL it travels with the first statement.</summary>
    public async Task BeginAsync(CancellationToken stop)
    {
        if (_session is not null) throw new InvalidOperationException("The unit of work has begun already.");
        _session = await _store.BeginAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc cref="IStoreSession.Enqueue"/>
    public void Enqueue(string sql, params object?[] parameters) => Session.Enqueue(sql, parameters);

    /// <summary>As <see cref="Enqueue"/>, but the commit fails unless the statement touches exactly one row.</summary>
    public void EnqueueOne(string sql, params object?[] parameters) =>
        Session.Enqueue(sql, parameters, rowsExpected: 1);

    /// <inheritdoc cref="IStoreSession.EnqueueInsert"/>
    public void EnqueueInsert(string sql, params object?[] values) => Session.EnqueueInsert(sql, values);

    /// <inheritdoc cref="IStoreSession.FlushAsync"/>
    public Task FlushAsync(CancellationToken stop) => Session.FlushAsync(stop);

    /// <inheritdoc cref="IStoreSession.ExecuteAsync"/>
    public Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken stop) =>
        Session.ExecuteAsync(sql, parameters, stop);

    /// <inheritdoc cref="IStoreSession.QueryAsync{T}"/>
    public Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        Session.QueryAsync(sql, parameters, read, stop);

    /// <summary>Stores an event in the outbox with this transaction. Its type and key are registered with
    /// <c>Publishes</c>; an unregistered type throws <see cref="InvalidOperationException"/>.</summary>
    public void Publish<TEvent>(TEvent message) where TEvent : class
    {
        _ = Session;
        _published.Add(_serializer.ToOutboxRow(message, Cause));
    }

    /// <summary>Has the timer handled by this service at or soon after <paramref name="due"/>. A waiting timer
    /// of the same type and key is replaced.</summary>
    public void Schedule<TTimer>(string key, TTimer timer, DateTimeOffset due) where TTimer : class
    {
        _ = Session;
        _timers.Add(_serializer.ToTimerRow(key, timer, due, Cause));
    }

    /// <summary>Removes the waiting timer of this type and key, if there is one. One that is being handled at this
    /// moment may still take effect after the commit, so its handler looks whether there is anything to do.</summary>
    public void CancelTimer<TTimer>(string key) where TTimer : class
    {
        var type = _serializer.TimerName(typeof(TTimer));
        _timers.RemoveAll(timer => timer.Type == type && timer.Key == key);
        Session.CancelTimer(type, key);
    }

    /// <summary>Has <paramref name="wake"/> run in memory once the transaction has committed. A crash loses it, so
    /// it is for wake-ups of something that also polls, never for work. It must be quick and must not throw.</summary>
    public void AfterCommit(Action wake)
    {
        _ = Session;
        (_afterCommit ??= []).Add(wake);
    }

    /// <summary>Commits the business rows, the events and the timers together and wakes the relay.</summary>
    /// <exception cref="InvalidOperationException">Called by a handler: the library commits the batch.</exception>
    public Task CommitAsync(CancellationToken stop) => _ownedByPipeline
        ? throw new InvalidOperationException("A handler's unit of work is committed by the library, with its batch.")
        : CommitSessionAsync(stop);

    /// <summary>Undoes everything and closes the unit of work; nothing is published. Whoever decides against it and
    /// asks the database something else before its scope ends gives its connection back by this.</summary>
    /// <exception cref="InvalidOperationException">Called by a handler: the library ends the batch.</exception>
    public Task RollbackAsync()
    {
        if (_ownedByPipeline)
            throw new InvalidOperationException("A handler's unit of work is ended by the library, with its batch.");
        var session = Session;
        _closed = true;
        return session.RollbackAsync();
    }

    /// <summary>Joins a transaction that the pipeline began.</summary>
    internal void Join(IStoreSession session)
    {
        _session = session;
        _ownedByPipeline = true;
    }

    internal async Task CommitSessionAsync(CancellationToken stop)
    {
        var session = Session;
        _closed = true; // Before the commit: what is published from here on fails loudly instead of being lost.
        if (_published.Count > 0) session.AppendOutbox(_published);
        if (_timers.Count > 0) session.AddTimers(_timers);
        await session.CommitAsync(stop).ConfigureAwait(false);
        if (_published.Count > 0) _signal.WakeRelay();
        if (_timers.Count > 0) _signal.WakeTimers();
        _afterCommit?.ForEach(wake => wake());
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        if (_session is not null && !_ownedByPipeline) await _session.DisposeAsync().ConfigureAwait(false);
    }
}
