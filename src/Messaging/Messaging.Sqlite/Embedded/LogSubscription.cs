using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Sqlite;

/// <summary>Reads the partitions that this process holds and hands them over, one delivery at a time.</summary>
internal sealed partial class LogSubscription : IAsyncDisposable
{
    private static readonly TimeSpan s_stopMax = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(5); // It is woken; this is in case it was not.
    private static readonly TimeSpan s_lookPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_backoffMax = TimeSpan.FromSeconds(1);

    private readonly EmbeddedLog _log;
    private readonly Subscription _subscription;
    private readonly OnDelivery _onDelivery;
    private readonly LogMembership _membership;
    private readonly LogRenewal _renewal;
    private readonly LogTopic _changes;
    private readonly ILogger _logger;
    private readonly Action<LogSubscription> _onDisposed;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _reading;
    private Task _settling = Task.CompletedTask;
    private SqliteLink? _link;
    private int _disposed;
    private int _turn;
    private long _lookedAt;

    public LogSubscription(EmbeddedLog log, LogRenewal renewal, Subscription subscription, OnDelivery onDelivery,
        ILogger logger, Action<LogSubscription> onDisposed)
    {
        _log = log;
        _subscription = subscription;
        _onDelivery = onDelivery;
        _logger = logger;
        _onDisposed = onDisposed;
        _renewal = renewal;
        _changes = log.Watch.Stream(subscription.Stream);
        _membership = new LogMembership(log, subscription);
        renewal.Add(_membership);
        _reading = EndlessLoop.RunAsync(
            $"Reading {_membership.Group}", _ => ReadAsync(), log.Clock, logger, _stopping.Token);
    }

    /// <summary>Waits for the delivery that runs, for a bounded time, and hands the partitions over.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            await _reading.WaitAsync(s_stopMax, _log.Clock).ConfigureAwait(false);
            await _settling.WaitAsync(s_stopMax, _log.Clock).ConfigureAwait(false);
            using var bound = new CancellationTokenSource(s_stopMax, _log.Clock);
            await _membership.LeaveAsync(bound.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
            when (failure is TimeoutException or OperationCanceledException or TransportUnavailableException)
        {
            // The leases run out by themselves.
            Log.NotHandedOver(_logger, _membership.Group, failure);
        }
        _renewal.Remove(_membership);
        await _ended.CancelAsync().ConfigureAwait(false);
        _onDisposed(this);
    }

    /// <summary>As the death of the process would: nothing more is written or said.</summary>
    public void Abandon()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        _renewal.Remove(_membership);
        _ended.Cancel();
        _stopping.Cancel();
    }

    private async Task ReadAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var backoff = TimeSpan.Zero;
        var joined = false;
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                if (!joined) await _membership.ExchangeAsync(_stopping.Token).ConfigureAwait(false);
                joined = true;
                var seen = _changes.Version;
                var settled = await DeliverAsync().ConfigureAwait(false);
                backoff = settled is false ? Longer(backoff) : TimeSpan.Zero;
                if (LeasesShouldMove(idle: settled is null))
                {
                    await _membership.ExchangeAsync(_stopping.Token).ConfigureAwait(false);
                }
                else if (settled is null)
                {
                    await _changes.WaitAsync(seen, s_lookAgain, _stopping.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception failure) // Whatever it is, the loop goes on: a silent end would be a loss.
            {
                Log.CannotRead(_logger, _membership.Group, failure.Message, failure);
                _link?.Dispose();
                _link = null;
                backoff = Longer(backoff);
            }
            if (backoff > TimeSpan.Zero) await PauseAsync(backoff).ConfigureAwait(false);
        }
        _link?.Dispose();
    }

    /// <summary>True when something was delivered and settled, false when it is to be delivered again, null
    /// when there was nothing.</summary>
    private async Task<bool?> DeliverAsync()
    {
        using var revoked = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        var partitions = await _membership.BeginAsync(revoked, _stopping.Token).ConfigureAwait(false);
        var messages = new List<WireMessage>();
        var read = new List<Position>();
        var outcome = DeliveryOutcome.Redeliver;
        try
        {
            Read(partitions, messages, read);
            if (messages.Count > 0)
            {
                outcome = await _onDelivery(new Delivery(messages), revoked.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (messages.Count > 0 && failure is not SqliteException)
        {
            // A handler that throws has settled nothing. The core reports its own failures; this is for other users.
            if (!revoked.IsCancellationRequested) Log.DeliveryFailed(_logger, _membership.Group, failure);
        }
        finally
        {
            var settlements = await _membership.EndAsync(
                outcome == DeliveryOutcome.Settle ? read : []).ConfigureAwait(false);
            if (settlements.Count > 0 && !_ended.IsCancellationRequested)
            {
                // Written while the next delivery is handled, but never two at once: at most one delivery is in doubt.
                await _settling.ConfigureAwait(false);
                _settling = SettleAsync(settlements);
            }
        }
        return messages.Count == 0 ? null : outcome == DeliveryOutcome.Settle;
    }

    private void Read(
        IReadOnlyList<Position> partitions, List<WireMessage> messages, List<Position> read)
    {
        if (partitions.Count == 0) return;
        var numbers = _log.Streams.Find(_subscription.Stream)!;
        _link ??= _log.OpenReader();
        long bytesLeft = _log.Options.DeliverySizeBytesMax;
        // Each partition may fill what the others before it leave; they take turns at being first.
        var first = _turn++ % partitions.Count;
        for (var index = 0; index < partitions.Count
            && messages.Count < _subscription.BatchMax && bytesLeft > 0; index++)
        {
            var position = partitions[(first + index) % partitions.Count];
            var next = LogEntries.Read(
                _link, _subscription.Stream, position.Partition, numbers[position.Partition], position.Next, messages,
                _subscription.BatchMax - messages.Count, ref bytesLeft);
            if (next > position.Next) read.Add(position with { Next = next });
        }
    }

    private async Task SettleAsync(IReadOnlyList<Position> settlements)
    {
        var backoff = TimeSpan.Zero;
        while (true)
        {
            try
            {
                await _membership.SettleAsync(settlements, _ended.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (Exception failure) // Whatever it is: a settling that ended in it would fail every later delivery.
            {
                Log.CannotSettle(_logger, _membership.Group, failure.Message);
                backoff = Longer(backoff);
                if (_stopping.IsCancellationRequested) return; // It is delivered again, which the inbox absorbs.
            }
            await PauseAsync(backoff).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Whether this process should give back or may take over partitions now, rather than at the next sign of life:
    /// a look at two small tables, at most once in a while.
    /// </summary>
    private bool LeasesShouldMove(bool idle)
    {
        if (_membership.ShouldGiveBack) return true;
        var pause = idle ? s_lookPause / 4 : s_lookPause;
        if (_log.Clock.GetElapsedTime(_lookedAt) < pause) return false;
        _lookedAt = _log.Clock.GetTimestamp();
        _link ??= _log.OpenReader();
        var duration = (long)_log.Options.LeaseDuration.TotalMilliseconds;
        var members = _link.QueryNumber(
            $"SELECT COUNT(*) FROM msg_members WHERE grp = $1 AND {LeaseTables.Holds}", _membership.Group, duration);
        if (members != _membership.Members) return true;
        return !_membership.HoldsAll && _link.QueryNumber(
            $"SELECT COUNT(*) FROM msg_leases WHERE grp = $1 AND NOT (owner IS NOT NULL AND {LeaseTables.Holds})",
            _membership.Group, duration) > 0;
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause, _log.Clock, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            // The loop looks at the token itself, and a wait that cannot be had is none.
            if (!_stopping.IsCancellationRequested) Log.NotWaited(_logger, _membership.Group, failure);
        }
    }

    private static TimeSpan Longer(TimeSpan backoff)
    {
        var longer = backoff == TimeSpan.Zero ? TimeSpan.FromMilliseconds(20) : backoff * 2;
        return longer < s_backoffMax ? longer : s_backoffMax;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Group}: cannot read the embedded log; trying again: {Reason}")]
        public static partial void CannotRead(ILogger logger, string group, string reason, Exception failure);

        [LoggerMessage(5, LogLevel.Warning, "{Group}: could not wait before the next try")]
        public static partial void NotWaited(ILogger logger, string group, Exception failure);

        [LoggerMessage(2, LogLevel.Warning, "{Group}: cannot write how far it has read; trying again: {Reason}")]
        public static partial void CannotSettle(ILogger logger, string group, string reason);

        [LoggerMessage(3, LogLevel.Error, "{Group}: the delivery failed and is repeated")]
        public static partial void DeliveryFailed(ILogger logger, string group, Exception failure);

        [LoggerMessage(4, LogLevel.Warning,
            "{Group}: could not hand its partitions over; others take them when the leases run out")]
        public static partial void NotHandedOver(ILogger logger, string group, Exception failure);
    }
}
