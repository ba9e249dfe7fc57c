using System.Collections.Concurrent;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Kept-open connections for reads, which run beside the writer and never wait for it.</summary>
internal sealed class SqliteReaders(string file, int connectionsMax, int statementsMax) : IDisposable
{
    private const int BusyTimeoutMilliseconds = 1000;

    private readonly SemaphoreSlim _free = new(connectionsMax, connectionsMax);
    private readonly ConcurrentBag<SqliteLink> _idle = [];
    private bool _disposed;

    public async Task<List<T>> QueryAsync<T>(
        string sql, object?[] parameters, Func<StoreReader, T> read, CancellationToken stop)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        await _free.WaitAsync(stop).ConfigureAwait(false);
        SqliteLink? link = null;
        try
        {
            if (!_idle.TryTake(out link))
            {
                link = SqliteLink.Open(file, BusyTimeoutMilliseconds, statementsMax);
                link.Execute("PRAGMA query_only = ON");
            }
            var found = link.Query(sql, parameters, read);
            _idle.Add(link);
            link = null;
            return found;
        }
        finally
        {
            link?.Dispose(); // After a failure the connection is not trusted again.
            if (_disposed) CloseIdle();
            _free.Release();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CloseIdle();
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out var link)) link.Dispose();
    }
}
