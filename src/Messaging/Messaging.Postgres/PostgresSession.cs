using System.Data;
using System.Data.Common;
using Npgsql;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Postgres;

/// <summary>
/// One transaction, in as few round trips as its answers allow. It takes a connection when the first statement leaves.
/// When everything was queued until the commit, all of it is one pipeline, which PostgreSQL runs as one transaction
/// without BEGIN and COMMIT; else BEGIN rides with the first statement and COMMIT with the last.
/// </summary>
/// <remarks>
/// Counts of touched rows are compared here, where the answer comes before the commit. Where commit and statements
/// share a pipeline the server must compare (<see cref="RowGuard"/>), which costs it more than the statement itself;
/// so beyond <see cref="GuardsMax"/> of them the commit takes a round trip of its own.
/// </remarks>
internal sealed partial class PostgresSession(PostgresDatabase database) : IStoreSession
{
    internal const int GuardsMax = 8;

    private NpgsqlConnection? _connection;
    private NpgsqlTransaction? _transaction;
    private readonly List<NpgsqlBatchCommand> _queue = [];
    private readonly List<Expectation> _expected = [];
    private readonly Dictionary<string, QueuedInserts> _inserts = [];
    private bool _queueMayReturnRows;
    private Exception? _failure;
    private bool _ended;

    public DbConnection Connection => Begun().Connection!;

    public DbTransaction Transaction => Begun();

    public void Enqueue(string sql, object?[] parameters, int rowsExpected = -1)
    {
        ThrowIfUnusable();
        var command = new NpgsqlBatchCommand(sql);
        Parameters.AddAll(command.Parameters, parameters);
        if (rowsExpected >= 0)
        {
            _expected.Add(new Expectation(command, RowGuard.Wrap(sql, parameters.Length), rowsExpected));
        }
        else
        {
            _queueMayReturnRows |= RowGuard.MayReturnRows(sql);
        }
        _queue.Add(command);
    }

    public void EnqueueInsert(string sql, params object?[] values)
    {
        ThrowIfUnusable();
        if (!_inserts.TryGetValue(sql, out var rows))
        {
            if (!MergedInsert.Understands(sql, values.Length))
            {
                Enqueue(sql, values);
                return;
            }
            rows = new QueuedInserts(new NpgsqlBatchCommand(sql), new MergedInsert(sql), values.Length);
            _inserts.Add(sql, rows);
            _queue.Add(rows.Place);
        }
        if (rows.Columns != values.Length)
        {
            throw new ArgumentException(
                $"Another row of it had {rows.Columns} values, this has {values.Length}: {sql}", nameof(values));
        }
        rows.Insert.Add(values);
    }

    public async Task FlushAsync(CancellationToken stop)
    {
        ThrowIfUnusable();
        if (_queue.Count == 0)
        {
            // No statement, no round trip, but a connection: whoever asks for it next need not block to wait for one.
            await OpenAsync(stop).ConfigureAwait(false);
            return;
        }
        await using var batch = await BatchAsync(null, stop).ConfigureAwait(false);
        await RunAsync(batch, stop).ConfigureAwait(false);
    }

    public async Task<int> ExecuteAsync(string sql, object?[] parameters, CancellationToken stop)
    {
        var command = Command(sql, parameters);
        await using var batch = await BatchAsync(command, stop).ConfigureAwait(false);
        await RunAsync(batch, stop).ConfigureAwait(false);
        return command.RecordsAffected;
    }

    public Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop) =>
        QueryAsync(Command(sql, parameters), isOwn: false, read, stop);

    public async Task CommitAsync(CancellationToken stop)
    {
        ThrowIfUnusable();
        _ended = true; // Whatever comes of it, nothing more can be added.
        if (_transaction is null && _queue.Count == 0) return;
        if (_expected.Count > GuardsMax) await CheckedAsync(stop).ConfigureAwait(false);
        foreach (var (command, guarded, rows) in _expected)
        {
            command.CommandText = guarded;
            command.Parameters.Add(Parameters.Of((long)rows));
        }
        _expected.Clear();
        if (_transaction is not null)
        {
            _queue.Add(new NpgsqlBatchCommand("commit"));
        }
        else
        {
            _queue.Insert(0, new NpgsqlBatchCommand(database.Settings));
            _connection = await database.DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);
        }
        await using var batch = new NpgsqlBatch(_connection);
        MoveQueueTo(batch);
        await RunAsync(batch, stop).ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
    }

    public async Task RollbackAsync()
    {
        _ended = true;
        _queue.Clear();
        _inserts.Clear();
        _expected.Clear();
        try
        {
            if (_transaction is { Connection.State: ConnectionState.Open } open)
                await open.RollbackAsync().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is NpgsqlException or InvalidOperationException)
        {
            // The connection is gone, and with it the transaction: the server rolls back what it lost sight of.
        }
        if (_failure is not null && _connection is not null) database.ForgetPrepared(_connection, _failure);
        await ReleaseAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null) await RollbackAsync().ConfigureAwait(false);
        _ended = true;
    }

    private async Task<List<T>> QueryAsync<T>(
        NpgsqlBatchCommand command, bool isOwn, Func<StoreReader, T> read, CancellationToken stop)
    {
        ThrowIfUnusable();
        // The result sets of the batch come without their statement's number, so only a queue without
        // any may share one.
        if (_queueMayReturnRows) await FlushAsync(stop).ConfigureAwait(false);
        if (isOwn) QueueOwn(command);
        await using var batch = await BatchAsync(isOwn ? null : command, stop).ConfigureAwait(false);
        try
        {
            await using var reader = await ReaderAsync(batch, command, stop).ConfigureAwait(false);
            var rows = await PostgresReader.ReadAllAsync(reader, read, stop).ConfigureAwait(false);
            while (await reader.NextResultAsync(stop).ConfigureAwait(false))
            {
                // To the end: an error of a later statement surfaces here.
            }
            CompareRows();
            return rows;
        }
        catch (Exception failure)
        {
            throw await FailedAsync(failure).ConfigureAwait(false);
        }
    }

    /// <summary>At the answer of the command, before which only settings answer with rows.</summary>
    private async Task<NpgsqlDataReader> ReaderAsync(
        NpgsqlBatch batch, NpgsqlBatchCommand command, CancellationToken stop)
    {
        var reader = await batch.ExecuteReaderAsync(stop).ConfigureAwait(false);
        try
        {
            foreach (NpgsqlBatchCommand before in batch.BatchCommands)
            {
                if (before == command) break;
                if (IsSetting(before)) await reader.NextResultAsync(stop).ConfigureAwait(false);
            }
            return reader;
        }
        catch
        {
            await reader.DisposeAsync().ConfigureAwait(false); // Or the connection is busy, and not rolled back.
            throw;
        }
    }

    private bool IsSetting(NpgsqlBatchCommand command) =>
        ReferenceEquals(command.CommandText, database.Settings)
        || ReferenceEquals(command.CommandText, PostgresDatabase.PlanOwn)
        || ReferenceEquals(command.CommandText, PostgresDatabase.PlanAsBefore);

    /// <summary>A statement of the library that looks rows up: planned by index, whatever the service's are.</summary>
    private void QueueOwn(NpgsqlBatchCommand command)
    {
        ThrowIfUnusable();
        if (database.Options.PlanByIndex)
        {
            _queue.Add(command);
            return;
        }
        if (_queue.Count > 0 && ReferenceEquals(_queue[^1].CommandText, PostgresDatabase.PlanAsBefore))
            _queue.Insert(_queue.Count - 1, command);
        else
            _queue.AddRange([new(PostgresDatabase.PlanOwn), command, new(PostgresDatabase.PlanAsBefore)]);
    }

    private async Task RunAsync(NpgsqlBatch batch, CancellationToken stop)
    {
        try
        {
            await batch.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
            CompareRows();
        }
        catch (Exception failure)
        {
            throw await FailedAsync(failure).ConfigureAwait(false);
        }
    }

    /// <summary>Everything that is queued, answered; so its counts are known before the commit leaves.</summary>
    private async Task CheckedAsync(CancellationToken stop)
    {
        await OpenAsync(stop).ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(_connection);
        MoveQueueTo(batch);
        await RunAsync(batch, stop).ConfigureAwait(false);
    }

    private void CompareRows()
    {
        foreach (var (command, _, rows) in _expected)
        {
            if (command.RecordsAffected != rows)
                throw new UnexpectedRowsException(command.CommandText, rows, command.RecordsAffected);
        }
        _expected.Clear();
    }

    /// <summary>What is queued and <paramref name="last"/>, on the connection of the transaction,
    /// which is begun.</summary>
    private async ValueTask<NpgsqlBatch> BatchAsync(NpgsqlBatchCommand? last, CancellationToken stop)
    {
        ThrowIfUnusable();
        await OpenAsync(stop).ConfigureAwait(false);
        var batch = new NpgsqlBatch(_connection);
        MoveQueueTo(batch);
        if (last is not null) batch.BatchCommands.Add(last);
        return batch;
    }

    private async ValueTask OpenAsync(CancellationToken stop)
    {
        if (_transaction is not null) return;
        _connection ??= await database.DataSource.OpenConnectionAsync(stop).ConfigureAwait(false);
        // Npgsql sends BEGIN with the first statement.
        Began(await _connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, stop).ConfigureAwait(false));
    }

    private NpgsqlTransaction Began(NpgsqlTransaction transaction)
    {
        _queue.Insert(0, new NpgsqlBatchCommand(database.Settings)); // Local to it, for the sake of poolers.
        return _transaction = transaction;
    }

    /// <summary>Who asks for the ADO.NET objects before any statement and without <see cref="FlushAsync"/> may,
    /// when every connection is taken, hold the thread for the connect timeout.</summary>
    private NpgsqlTransaction Begun()
    {
        ThrowIfUnusable();
        if (_transaction is not null) return _transaction;
        _connection ??= database.DataSource.OpenConnection();
        return Began(_connection.BeginTransaction(IsolationLevel.ReadCommitted));
    }

    private void MoveQueueTo(NpgsqlBatch batch)
    {
        foreach (var command in _queue)
        {
            if (_inserts.Count > 0 && _inserts.TryGetValue(command.CommandText, out var rows) && rows.Place == command)
            {
                foreach (var insert in rows.Insert.Commands()) batch.BatchCommands.Add(insert);
            }
            else
            {
                batch.BatchCommands.Add(command);
            }
        }
        _queue.Clear();
        _inserts.Clear();
        _queueMayReturnRows = false;
    }

    private NpgsqlBatchCommand Command(string sql, object?[] parameters)
    {
        ThrowIfUnusable();
        var command = new NpgsqlBatchCommand(sql);
        Parameters.AddAll(command.Parameters, parameters);
        return command;
    }

    /// <summary>Nothing can come of it any more, so it gives the connection back at once: who asks the database next,
    /// for what made it fail, must not wait for a second one while it holds this.</summary>
    private async Task<Exception> FailedAsync(Exception failure)
    {
        _failure = failure;
        if (PostgresErrors.IsStalePlan(failure)) database.DataSource.Clear();
        await RollbackAsync().ConfigureAwait(false);
        return RowGuard.Translate(failure);
    }

    private async Task ReleaseAsync()
    {
        if (_transaction is not null) await _transaction.DisposeAsync().ConfigureAwait(false);
        if (_connection is not null) await _connection.DisposeAsync().ConfigureAwait(false);
        (_connection, _transaction) = (null, null);
    }

    /// <summary>A COMMIT after a failed statement is a silent rollback in PostgreSQL; nobody may
    /// take it for a commit.</summary>
    private void ThrowIfUnusable()
    {
        if (_failure is not null)
        {
            throw new InvalidOperationException(
                "A statement of this transaction failed; it was rolled back. See the inner exception.", _failure);
        }
        if (_ended) throw new InvalidOperationException("The transaction has ended.");
    }

    private readonly record struct Expectation(NpgsqlBatchCommand Command, string Guarded, int Rows);

    /// <param name="Place">Stands in the queue for all of them, where the first was queued.</param>
    private sealed record QueuedInserts(NpgsqlBatchCommand Place, MergedInsert Insert, int Columns);
}
