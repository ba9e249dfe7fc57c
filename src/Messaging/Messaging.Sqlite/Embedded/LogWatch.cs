using System.Collections.Concurrent;

namespace Tessera.Messaging.Sqlite;

/// <summary>
/// Notices what any process commits to the log, and tells those whom it concerns. One thread looks at
/// <c>PRAGMA data_version</c>, which costs microseconds, when the bell rings and between: often while the log is busy,
/// seldom while it is not. A sign of life of another process wakes nobody.
/// </summary>
internal sealed class LogWatch : IDisposable
{
    private static readonly TimeSpan s_busyFor = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_idleWithBell = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_idleWithoutBell = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromMilliseconds(200);

    private const string Leases = "\u0001leases";
    private const string Signals = "\u0001signals";

    // What was appended to each stream, whether partitions changed hands or readers came or went, and the last signal.
    private const string State =
        $"""
        SELECT stream, SUM(next) FROM log_partitions GROUP BY stream
        UNION ALL SELECT '{Leases}',
            (SELECT COALESCE(SUM(token * 2 + (owner IS NULL)), 0) FROM msg_leases) * 1000 + (SELECT COUNT(*) FROM msg_members)
        UNION ALL SELECT '{Signals}', COALESCE(MAX(id), 0) FROM log_signals
        """;

    private readonly string _file;
    private readonly TimeProvider _clock;
    private readonly LogBell _bell;
    private readonly AutoResetEvent _look = new(false);
    private readonly ConcurrentDictionary<string, LogTopic> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly Thread _thread;
    private volatile bool _stopping;

    public LogWatch(string file, LogBell bell, TimeProvider clock)
    {
        _file = file;
        _bell = bell;
        _clock = clock;
        _thread = new Thread(Run) { IsBackground = true, Name = "tessera log watch" };
    }

    public void Start() => _thread.Start();

    /// <summary>Changes when something was appended to the stream, or its partitions may have changed hands.</summary>
    public LogTopic Stream(string stream) => _topics.GetOrAdd(stream, _ => new LogTopic(_clock));

    /// <summary>Changes when a signal was broadcast.</summary>
    public LogTopic Broadcasts => Stream(Signals);

    /// <summary>Something may have been committed: look now.</summary>
    public void Look()
    {
        if (!_stopping) _look.Set();
    }

    public void Dispose()
    {
        if (_stopping) return;
        _stopping = true;
        _look.Set();
        if (_thread.IsAlive) _thread.Join();
    }

    private void Run()
    {
        SqliteLink? link = null;
        var idle = _bell.TryListen(Look) ? s_idleWithBell : s_idleWithoutBell;
        var seen = -1L;
        var changedAt = _clock.GetTimestamp();
        while (!_stopping)
        {
            var pause = s_afterFailure;
            try
            {
                pause = _clock.GetElapsedTime(changedAt) < s_busyFor ? LogBell.Pause : idle;
                link ??= SqliteLink.Open(_file, busyTimeoutMilliseconds: 100, statementsMax: 16);
                var version = link.DataVersion();
                if (version != seen && Announce(link)) changedAt = _clock.GetTimestamp();
                seen = version;
            }
            catch (Exception)
            {
                // The readers report what is wrong with the file; here it is only tried again. Whatever it is: the end
                // of this thread would leave them all asleep, or end the process.
                link?.Dispose();
                link = null;
                seen = -1;
                pause = s_afterFailure;
            }
            _look.WaitOne(pause);
        }
        link?.Dispose();
    }

    /// <summary>Wakes whom the change concerns; true when something was appended.</summary>
    private bool Announce(SqliteLink link)
    {
        var appended = false;
        foreach (var (name, value) in link.Query(State, [], row => (row.GetString(0), row.GetInt64(1))))
        {
            if (_seen.TryGetValue(name, out var before) && before == value) continue;
            _seen[name] = value;
            if (name == Leases)
            {
                foreach (var topic in _topics.Values) topic.Signal();
            }
            else if (_topics.TryGetValue(name, out var topic))
            {
                topic.Signal();
            }
            appended |= name != Leases;
        }
        return appended;
    }
}
