using Microsoft.Data.Sqlite;
using SQLitePCL;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Writes to the log on a thread of its own, because a commit blocks until the disk has it. All that waits is written
/// in one transaction: many senders share one flush.
/// </summary>
internal sealed class LogWriter : IDisposable
{
    private const int GroupMax = 256;
    private const int WaitingMax = 20_000;

    private readonly string _file;
    private readonly TimeSpan _timeout;
    private readonly long _sizeBytesMax;
    private readonly Action _announce;
    private readonly TimeProvider _clock;
    private readonly Courtesy _courtesy;
    private readonly Queue<LogWork> _waiting = new();
    private readonly ManualResetEvent _stopped = new(false);
    private readonly Thread _thread;
    private SqliteLink? _link;
    private bool _durable = true;
    private bool _stopping;

    public LogWriter(string file, TimeSpan timeout, long sizeBytesMax, Action announce, TimeProvider clock)
    {
        _file = file;
        _timeout = timeout;
        _sizeBytesMax = sizeBytesMax;
        _announce = announce;
        _clock = clock;
        _courtesy = new Courtesy(clock);
        _thread = new Thread(Run) { IsBackground = true, Name = "tessera log writer" };
        _thread.Start();
    }

    /// <summary>Runs the work in a transaction that may carry other work too; completes when it is committed.</summary>
    /// <param name="kind">What the write is for.</param>
    /// <param name="work">Run on the writer's thread; again if the work of another spoils the transaction.</param>
    /// <param name="stop">Gives the wait up; the work may still be done.</param>
    /// <exception cref="TransportUnavailableException">The file is locked, full or cannot be written.</exception>
    public async Task<T> RunAsync<T>(LogWrite kind, Func<SqliteLink, T> work, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var item = new LogWork<T>(kind, work);
        lock (_waiting)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            if (_waiting.Count >= WaitingMax)
            {
                throw new TransportUnavailableException(
                    $"{WaitingMax} writes wait for the log {_file}: its disk does not keep up.");
            }
            _waiting.Enqueue(item);
            Monitor.Pulse(_waiting);
        }
        try
        {
            // The writer itself gives up after the timeout; the margin is for a flush that hangs.
            return await item.Done.WaitAsync(_timeout * 2, _clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TransportUnavailableException(
                $"The disk of the log {_file} has not answered for {_timeout.TotalSeconds * 2:0.#} s.");
        }
        finally
        {
            item.Abandon();
        }
    }

    public void Dispose()
    {
        lock (_waiting)
        {
            if (_stopping) return;
            _stopping = true;
            Monitor.PulseAll(_waiting);
        }
        _stopped.Set();
        // A flush that hangs keeps the thread, and what it still uses.
        if (_thread.Join(_timeout)) _stopped.Dispose();
    }

    private void Run()
    {
        var group = new List<LogWork>(GroupMax);
        while (Take(group))
        {
            try
            {
                Write(group);
            }
            catch (Exception failure)
            {
                // This thread must not end, and who waits for it is told. What was committed has its answer already.
                foreach (var item in group) item.Fail(LogErrors.Translate(failure, _file, _sizeBytesMax));
            }
            group.Clear();
        }
        foreach (var item in _waiting) item.Fail(new ObjectDisposedException(nameof(LogWriter)));
        _link?.Dispose();
    }

    /// <summary>Waits for work and takes what is there. False when the end has come; what waits
    /// then is still written.</summary>
    private bool Take(List<LogWork> group)
    {
        lock (_waiting)
        {
            while (_waiting.Count == 0)
            {
                if (_stopping) return false;
                Monitor.Wait(_waiting);
            }
            while (group.Count < GroupMax && _waiting.TryDequeue(out var item))
            {
                if (!item.IsAbandoned) group.Add(item);
            }
            return true;
        }
    }

    private void Write(List<LogWork> group)
    {
        if (group.Count == 0) return;
        try
        {
            Commit(group);
        }
        catch (Exception failure) when (group.Count > 1 && !IsLock(failure))
        {
            // One spoils the transaction of all: each alone shows which.
            foreach (var item in group) Write([item]);
            return;
        }
        catch (Exception failure)
        {
            var translated = LogErrors.Translate(failure, _file, _sizeBytesMax);
            foreach (var item in group) item.Fail(translated);
            return;
        }
        foreach (var item in group) item.Complete();
        if (group.Exists(item => item.Kind != LogWrite.Note)) _announce();
    }

    private void Commit(List<LogWork> group)
    {
        try
        {
            var link = _link ??= Open();
            if (_courtesy.BreakIsDue(link)) _stopped.WaitOne(Courtesy.Break);
            var durable = group.Exists(item => item.Kind == LogWrite.Append);
            if (durable != _durable)
            {
                link.Execute(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
                _durable = durable;
            }
            Begin(link);
            foreach (var item in group) item.Run(link);
            link.Transaction!.Commit();
            link.Transaction = null;
        }
        catch
        {
            Rollback();
            throw;
        }
    }

    private void Begin(SqliteLink link)
    {
        var since = _clock.GetTimestamp();
        link.Transaction = link.Connection.BeginTransaction(deferred: true);
        while (!link.TryLock())
        {
            if (_clock.GetElapsedTime(since) > _timeout)
            {
                throw new SqliteException(
                    $"another process has been writing for {_timeout.TotalSeconds:0.#} s", raw.SQLITE_BUSY);
            }
            _stopped.WaitOne(1);
        }
    }

    private static bool IsLock(Exception failure) => failure is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY };

    private void Rollback()
    {
        try
        {
            _link?.Transaction?.Dispose();
            if (_link is not null) _link.Transaction = null;
            if (_link is null || raw.sqlite3_get_autocommit(_link.Connection.Handle) != 0) return;
        }
        catch (SqliteException)
        {
            // Then the connection is not to be trusted either.
        }
        _link?.Dispose();
        _link = null;
        _durable = true;
        _courtesy.Forget();
    }

    private SqliteLink Open()
    {
        var link = SqliteLink.Open(_file, busyTimeoutMilliseconds: 0, statementsMax: 128);
        var pageSize = link.QueryNumber("PRAGMA page_size");
        link.QueryNumber($"PRAGMA max_page_count = {Math.Min(_sizeBytesMax / pageSize, uint.MaxValue - 1)}");
        return link;
    }
}
