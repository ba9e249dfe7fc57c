using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;

namespace Tessera.Messaging.Sqlite;

/// <summary>Signals through a small ring in the log's file: a listener that is slower than
/// the ring misses some.</summary>
internal sealed partial class LogSignals(EmbeddedLog log, ILogger logger) : IAsyncDisposable
{
    private const int Kept = 1024;
    private const int PayloadSizeBytesMax = 64 * 1024;

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5);

    private readonly EmbeddedLog _log = log;
    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<Listener, byte> _listeners = [];

    public async Task SendAsync(string channel, ReadOnlyMemory<byte> payload, CancellationToken stop)
    {
        if (payload.Length > PayloadSizeBytesMax)
        {
            throw new ArgumentException(
                $"A signal carries at most {PayloadSizeBytesMax} bytes, not {payload.Length}.", nameof(payload));
        }
        await _log.Writer.RunAsync(
            LogWrite.Signal,
            link =>
            {
                link.Execute("INSERT INTO log_signals (channel, payload) VALUES ($1, $2)", channel, payload);
                return link.Execute("DELETE FROM log_signals WHERE id <= (SELECT MAX(id) FROM log_signals) - $1", Kept);
            },
            stop).ConfigureAwait(false);
    }

    public IAsyncDisposable Listen(string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal)
    {
        var listener = new Listener(this, channel, onSignal);
        _listeners[listener] = 0;
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _listeners.Keys) await listener.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private readonly LogSignals _signals;
        private readonly string _channel;
        private readonly Func<ReadOnlyMemory<byte>, ValueTask> _onSignal;
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _listening;
        private long _last;

        public Listener(LogSignals signals, string channel, Func<ReadOnlyMemory<byte>, ValueTask> onSignal)
        {
            _signals = signals;
            _channel = channel;
            _onSignal = onSignal;
            using (var link = signals._log.OpenReader())
                _last = link.QueryNumber("SELECT COALESCE(MAX(id), 0) FROM log_signals");
            _listening = EndlessLoop.RunAsync(
                $"Listening on {channel}", ListenAsync, signals._log.Clock, signals._logger, _stop.Token);
        }

        public async ValueTask DisposeAsync()
        {
            if (!_signals._listeners.TryRemove(this, out _)) return;
            await _stop.CancelAsync().ConfigureAwait(false);
            await _listening.ConfigureAwait(false);
            _stop.Dispose();
        }

        private async Task ListenAsync(CancellationToken stop)
        {
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var link = _signals._log.OpenReader();
                    while (!stop.IsCancellationRequested) await HearAsync(link, stop).ConfigureAwait(false);
                }
                catch (SqliteException failure)
                {
                    Log.CannotListen(_signals._logger, _channel, failure.Message);
                    await Task.Delay(s_lookAgain, _signals._log.Clock, stop).ConfigureAwait(false);
                }
            }
        }

        private async Task HearAsync(SqliteLink link, CancellationToken stop)
        {
            var seen = _signals._log.Watch.Broadcasts.Version;
            var signals = link.Query(
                "SELECT id, channel, payload FROM log_signals WHERE id > $1 ORDER BY id", [_last],
                row => (Id: row.GetInt64(0), Channel: row.GetString(1), Payload: row.GetBytes(2)));
            foreach (var (id, channel, payload) in signals)
            {
                _last = id;
                if (channel == _channel && !stop.IsCancellationRequested)
                {
                    await HandAsync(payload).ConfigureAwait(false);
                }
            }
            if (signals.Count > 0) return;
            await _signals._log.Watch.Broadcasts.WaitAsync(seen, s_lookAgain, stop).ConfigureAwait(false);
        }

        private async ValueTask HandAsync(byte[] payload)
        {
            try
            {
                await _onSignal(payload).ConfigureAwait(false);
            }
            catch (Exception failure)
            {
                Log.ListenerFailed(_signals._logger, _channel, failure); // A signal may be lost; the next ones are not.
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(11, LogLevel.Warning, "Cannot listen on {Channel}; trying again: {Reason}")]
        public static partial void CannotListen(ILogger logger, string channel, string reason);

        [LoggerMessage(12, LogLevel.Error, "A listener of {Channel} failed; the signal is lost to it")]
        public static partial void ListenerFailed(ILogger logger, string channel, Exception failure);
    }
}
