using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// The one way to write to a database file from this process: a queue of transactions before one kept-open connection.
/// SQLite has one writer per file; waiting here costs nothing, while waiting in SQLite costs a blocked thread.
/// </summary>
internal sealed class SqliteWriter(string file, TimeSpan timeout, int statementsMax, TimeProvider clock) : IDisposable
{
    /// <summary>Waits between tries while another process writes; its transactions take a few milliseconds.</summary>
    private static readonly int[] s_pausesMilliseconds = [1, 1, 2, 2, 3, 5];

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Courtesy _courtesy = new(clock);
    private SqliteLink? _link;
    private bool _durable = true;
    private bool _disposed;
    private int _waiting;

    /// <summary>Transactions of this process that wait for their turn: with one writer to a file, this is what a pool
    /// without a free connection is elsewhere.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Waits for the turn and takes the file's write lock.</summary>
    /// <param name="durable">Whether the commit waits for the disk. Where its loss only repeats work,
    /// it need not.</param>
    /// <param name="stop">Gives the wait up.</param>
    public async ValueTask<SqliteTurn> BeginAsync(bool durable, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var since = clock.GetTimestamp();
        Interlocked.Increment(ref _waiting);
        try
        {
            if (!await _turn.WaitAsync(timeout, stop).ConfigureAwait(false)) throw Busy("this process", null);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
        try
        {
            var link = _link ??= SqliteLink.Open(file, busyTimeoutMilliseconds: 0, statementsMax);
            if (_courtesy.BreakIsDue(link)) await Task.Delay(Courtesy.Break, clock, stop).ConfigureAwait(false);
            if (durable != _durable)
            {
                link.Execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                _durable = durable;
            }
            link.Transaction = link.Connection.BeginTransaction(deferred: true);
            for (var attempt = 0; !link.TryLock(); attempt++)
            {
                if (clock.GetElapsedTime(since) > timeout) throw Busy("another process", link);
                var pause = s_pausesMilliseconds[Math.Min(attempt, s_pausesMilliseconds.Length - 1)];
                await Task.Delay(TimeSpan.FromMilliseconds(pause), clock, stop).ConfigureAwait(false);
            }
            return new SqliteTurn(this, link);
        }
        catch
        {
            Leave(broken: !TryRollback());
            throw;
        }
    }

    /// <summary>Ends the turn. A connection on which even the rollback failed is not used again.</summary>
    internal void Leave(bool broken)
    {
        if (broken || _disposed)
        {
            _link?.Dispose();
            _link = null;
            _durable = true;
            _courtesy.Forget();
        }
        else if (_link is not null)
        {
            _link.Transaction = null;
        }
        _turn.Release();
    }

    internal bool TryRollback()
    {
        try
        {
            _link?.Transaction?.Dispose();
            return _link is null || raw.sqlite3_get_autocommit(_link.Connection.Handle) != 0;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        // A transaction that is still open keeps its connection and closes it when it leaves.
        if (!_turn.Wait(0)) return;
        _link?.Dispose();
        _link = null;
        _turn.Release();
    }

    private SqliteException Busy(string who, SqliteLink? link) => new(
        $"The database {link?.Connection.DataSource ?? file} is locked: " +
        $"{who} has been writing for {timeout.TotalSeconds:0.#} s.",
        raw.SQLITE_BUSY);
}

/// <summary>One write transaction, from its turn in the queue to commit or rollback.</summary>
internal sealed class SqliteTurn(SqliteWriter writer, SqliteLink link) : IDisposable
{
    private bool _ended;

    public SqliteLink Link => _ended ? throw new InvalidOperationException("The transaction has ended.") : link;

    public bool HasEnded => _ended;

    /// <summary>Commits; on failure nothing is stored and the turn is over as well.</summary>
    public void Commit()
    {
        try
        {
            Link.Transaction!.Commit();
        }
        catch
        {
            Dispose();
            throw;
        }
        _ended = true;
        writer.Leave(broken: false);
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        writer.Leave(broken: !writer.TryRollback());
    }
}
