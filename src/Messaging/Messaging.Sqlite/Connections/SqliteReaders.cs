using System.Collections.Concurrent;
using System.Globalization;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Sqlite;

/// <summary>Kept-open connections for reads, which run beside the writer and never wait for it.</summary>
internal sealed class SqliteReaders(string file, int connectionsMax, int statementsMax) : IDisposable
{
    private const int BusyTimeoutMilliseconds = 1000;

    /// <summary>Instead of SQLite's 2 MB: an index of words alone is larger than that in a catalogue of 100,000
    /// products, and was read from the file again with every search. Taken only as pages are read.</summary>
    private const int CacheKibibytes = 8 * 1024;

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
                link.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = -{CacheKibibytes}"));
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
