using Microsoft.Data.Sqlite;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Notices what any process commits to the log. A commit of this process is signalled; for those of others a thread
/// looks at <c>PRAGMA data_version</c>, often while the log is busy and seldom while it is not.
/// </summary>
internal sealed class LogWatch : IDisposable
{
    private static readonly TimeSpan s_busyPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_idlePause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_busyFor = TimeSpan.FromMilliseconds(100);

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly ManualResetEvent _stopped = new(false);
    private readonly Thread _thread;
    private TaskCompletionSource _changed = NewSignal();
    private long _version;

    public LogWatch(string file, TimeProvider clock)
    {
        _file = file;
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "tessera log watch" };
    }

    /// <summary>Rises with each change that was noticed. Read it before looking at the log.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void Start() => _thread.Start();

    /// <summary>Something was committed.</summary>
    public void Signal()
    {
        Interlocked.Increment(ref _version);
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }

    /// <summary>Waits until the version differs from <paramref name="seen"/>, at most for a time.</summary>
    public async Task WaitAsync(long seen, TimeSpan atMost, CancellationToken stop)
    {
        var changed = Volatile.Read(ref _changed).Task;
        if (Version != seen) return;
        try
        {
            await changed.WaitAsync(atMost, _clock, stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The time is over; the caller looks anyway.
        }
    }

    public void Dispose()
    {
        if (!_stopped.Set()) return;
        if (_thread.IsAlive) _thread.Join();
        _stopped.Dispose();
        Signal();
    }

    private void Run()
    {
        SqliteLink? link = null;
        var seen = 0L;
        var changedAt = _clock.GetTimestamp();
        var pause = s_busyPause;
        while (!_stopped.WaitOne(pause))
        {
            try
            {
                link ??= SqliteLink.Open(_file, busyTimeoutMilliseconds: 100, statementsMax: 16);
                var version = link.DataVersion();
                if (version != seen)
                {
                    seen = version;
                    changedAt = _clock.GetTimestamp();
                    Signal();
                }
                pause = _clock.GetElapsedTime(changedAt) < s_busyFor ? s_busyPause : s_idlePause;
            }
            catch (Exception failure) when (failure is SqliteException or IOException or InvalidOperationException)
            {
                // The readers report what is wrong with the file; here it is only tried again.
                link?.Dispose();
                link = null;
                pause = s_busyFor;
            }
        }
        link?.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
