using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Leasing;
using Tessera.Messaging.Moving;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Publishing;

/// <summary>
/// Sends the outbox's rows to the broker, oldest first per shard, and deletes them once the broker has them.
/// The table is the only queue: nothing here is the only copy of anything.
/// </summary>
/// <remarks>
/// Several batches may be on their way at once, but never two that carry the same key. So when the broker does not take
/// an event, nothing later of its key is under way, and what is read next begins with it.
/// Two relays that believe to lead one shard do no harm: each sends a key's events from the lowest one that is not
/// deleted, in order, so the first copies that arrive are in order, and the inboxes keep the first copies.
/// </remarks>
internal sealed partial class Relay(
    IMessageStore store, OutboxRoute route, LeaseKeeper leases, OutboxSignal signal, RefusedKeys refused,
    IOptions<OutboxOptions> options, TimeProvider clock,
    Checkpoints checkpoints, MessagingHealth health, ILogger<Relay> logger)
{
    // One batch is read while the others are sent; more would only make what a crash leaves to be sent twice larger.
    private const int FlightsMax = 3;

    // Events that come singly do not wait for the one before. When more are on their way than this, the next ones wait
    // and travel together, which costs less.
    private const int FewRows = 4;

    // Accepted rows are deleted by the next read, which under load follows at once; when none follows, after this time.
    private static readonly TimeSpan SettleDelay = TimeSpan.FromMilliseconds(20);

    private readonly OutboxOptions _options = options.Value;
    private readonly RelayLimits _limits =
        new(options.Value.Frames, Math.Min(options.Value.FrameBytesMax, route.BodySizeBytesMax));

    private readonly List<RelayFlight> _flights = [];
    private List<OutboxRow> _accepted = [];

    // Read while others were on their way, of which one carries a key of these.
    private IReadOnlyList<OutboxRow>? _waiting;

    // There may be rows that were not read.
    private bool _look = true;

    // Nothing more departs before all have landed.
    private bool _landFirst;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await RelayAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            await AbandonAsync().ConfigureAwait(false);
            await SettleAsync().ConfigureAwait(false);
        }
    }

    private async Task RelayAsync(CancellationToken stop)
    {
        var backoff = new Backoff(_options.RetryDelayMin, _options.RetryDelayMax, clock);
        while (!stop.IsCancellationRequested)
        {
            var (went, failure) = await LandAsync(stop).ConfigureAwait(false);
            _look |= signal.TakeCommitted();
            if (failure is null && MayDepart())
            {
                (var nothing, failure) = await DepartAsync(stop).ConfigureAwait(false);
                went |= nothing;
            }
            else if (failure is null)
            {
                await WaitAsync(stop).ConfigureAwait(false);
            }
            if (failure is not null)
            {
                Log.SendFailed(logger, failure);
                health.Failing("relay", failure);
                (_look, _landFirst) = (true, true);
                await backoff.WaitAsync(stop).ConfigureAwait(false);
            }
            else if (went)
            {
                backoff.Reset();
                health.Healthy("relay");
            }
        }
    }

    /// <summary>Takes note of what became of the batches that are on their way no more.</summary>
    private async Task<RelayStep> LandAsync(CancellationToken stop)
    {
        var step = default(RelayStep);
        foreach (var flight in _flights.FindAll(flight => flight.Batch.HasLanded))
        {
            _flights.Remove(flight);
            await flight.Sending.ConfigureAwait(false);
            var batch = flight.Batch;
            _accepted.AddRange(batch.Accepted); // Behind those that no read has settled yet.
            refused.Accepted(batch.Accepted);
            if (!flight.IsComplete)
            {
                _look |= _waiting is not null || batch.Held.Count == 0;
                _waiting = null; // Behind a row that is not at the broker nothing of its key may go.
            }
            if (batch.Held.Count > 0) await HoldAsync(batch.Held, stop).ConfigureAwait(false);
            step = new RelayStep(step.Went || batch.Failure is null, step.Failure ?? batch.Failure);
        }
        return step;
    }

    private async Task HoldAsync(List<RefusedRow> rows, CancellationToken stop)
    {
        await SettleAsync().ConfigureAwait(false); // First, for it releases keys that an earlier refusal held.
        foreach (var (row, reason, _, retryAt) in rows)
            Log.KeyHeld(logger, row.Event.Key, row.Event.Id, reason, retryAt);
        await store.HoldKeysAsync(rows, stop).ConfigureAwait(false);
        checkpoints.Pass(Checkpoint.RelayHeld);
    }

    private bool MayDepart()
    {
        if (_flights.Count == 0) return _look || _waiting is not null;
        return _look && !_landFirst && route.ReadsAhead && _flights.Count < FlightsMax
            && (_flights[^1].IsFull || _flights.Sum(flight => flight.Rows.Count) <= FewRows);
    }

    /// <summary>Settles what was sent, reads, and begins to send: one round trip to the database for up to a batch
    /// per shard.</summary>
    private async Task<RelayStep> DepartAsync(CancellationToken stop)
    {
        var shards = leases.Held.Select(lease => lease.Slot).ToArray();
        if (_flights.Count == 0) _landFirst = false;
        _look = false;
        if (shards.Length == 0)
        {
            _waiting = null;
            return default;
        }
        // By the map that it was sent by: the one that is read next may know of a move since, and what stands behind
        // the marker of that move is to be sent again.
        if (route.MayMove) await SettleAsync().ConfigureAwait(false);
        try
        {
            await route.PrepareAsync(shards, stop).ConfigureAwait(false);
        }
        catch (TransportUnavailableException away)
        {
            return new RelayStep(false, away.Message);
        }
        var now = clock.GetUtcNow();
        var rows = _waiting ?? await ReadAsync(shards, now, stop).ConfigureAwait(false);
        _waiting = null;
        if (rows is null)
        {
            (_look, _landFirst) = (true, true);
            return default;
        }
        checkpoints.Pass(Checkpoint.RelayRead);
        if (rows.Any(row => _flights.Exists(flight => flight.Carries(row.Event.Key))))
        {
            (_waiting, _landFirst) = (rows, true);
            return default;
        }
        var (queues, full) = Queue(rows);
        if (queues.Count == 0) return new RelayStep(_flights.Count == 0, null);
        _look = full;
        var batch = new RelayBatch(queues);
        // A full batch is packed beside this loop, which meanwhile reads on.
        var sending = full
            ? Task.Run(() => SendAsync(queues, batch, now, stop), CancellationToken.None)
            : SendAsync(queues, batch, now, stop);
        _flights.Add(new RelayFlight(rows, full, batch, sending));
        return default;
    }

    /// <summary>Null: only what is read when all have landed keeps the order.</summary>
    private async Task<IReadOnlyList<OutboxRow>?> ReadAsync(int[] shards, DateTimeOffset now, CancellationToken stop)
    {
        var accepted = Taken();
        var limit = _options.BatchSize;
        var rows = _flights.Count == 0
            ? await route.SettleAndReadAsync(accepted, shards, limit, now, stop).ConfigureAwait(false)
            : await route.SettleAndReadAheadAsync(
                accepted, [.. _flights.SelectMany(flight => flight.Rows)], shards, limit, now, stop)
                .ConfigureAwait(false);
        if (accepted.Count > 0) checkpoints.Pass(Checkpoint.RelaySettled);
        return rows;
    }

    private async Task WaitAsync(CancellationToken stop)
    {
        if (_flights.Count > 0)
        {
            await signal.WaitForRelayAsync(_options.IdlePollInterval, stop).ConfigureAwait(false);
            return;
        }
        if (_accepted.Count > 0)
        {
            if (await signal.WaitForRelayAsync(SettleDelay, stop).ConfigureAwait(false)) return;
            await SettleAsync().ConfigureAwait(false);
        }
        var idleSince = clock.GetTimestamp();
        // Commits of this process wake us. Those of others do not: while others live, look often
        // whether there were any.
        while (clock.GetElapsedTime(idleSince) < _options.IdlePollInterval)
        {
            var alone = leases.Members <= 1 || leases.Held.Count == 0;
            var atMost = alone ? _options.IdlePollInterval : _options.PollInterval;
            if (await signal.WaitForRelayAsync(atMost, stop).ConfigureAwait(false)) return;
            if (!alone && await store.MayHaveForeignCommitsAsync(stop).ConfigureAwait(false)) break;
        }
        _look = true;
    }

    private async Task SendAsync(
        List<ShardQueue> queues, RelayBatch batch, DateTimeOffset now, CancellationToken stop)
    {
        try
        {
            while (batch.NextRound() && queues.TrueForAll(queue => leases.Holds(queue.Shard)))
            {
                var result = await SendRoundAsync(batch, stop).ConfigureAwait(false);
                if (result is null) break;
                batch.Conclude(result, refused, now);
            }
            checkpoints.Pass(Checkpoint.RelaySent);
        }
        finally
        {
            batch.HasLanded = true; // Before the wake-up, which otherwise might find the task not quite at its end.
            signal.Landed();
        }
    }

    private async Task<SendResult?> SendRoundAsync(RelayBatch batch, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        var stream = batch.Messages[0].Stream;
        using var span = MessagingTraces.StartSend(
            route.BrokerName, stream, batch.EventsOfRound(), batch.Messages.Count);
        try
        {
            var result = await route.SendAsync(batch.Messages, stop).ConfigureAwait(false);
            MessagingMetrics.Sent(route.BrokerName, batch.Messages, result, clock.GetElapsedTime(started));
            return result;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            MessagingMetrics.NotSent(route.BrokerName, batch.Messages, failure, clock.GetElapsedTime(started));
            span.Failed(failure);
            if (failure is not TransportUnavailableException) throw;
            batch.Failure = failure.Message;
            return null;
        }
    }

    private (List<ShardQueue> Queues, bool Full) Queue(IReadOnlyList<OutboxRow> rows)
    {
        var queues = new List<ShardQueue>();
        var full = false;
        var (queue, count) = ((ShardQueue?)null, 0);
        foreach (var row in rows)
        {
            if (queue is null || queue.Shard != row.Shard)
            {
                queue = queues.Find(known => known.Shard == row.Shard);
                if (queue is null) queues.Add(queue = new ShardQueue(row.Shard, _limits));
                count = 0;
            }
            full |= ++count >= _options.BatchSize;
            queue.Add(row);
        }
        return (queues, full);
    }

    /// <summary>Waits for what is under way; of what did not end well, nothing is known.</summary>
    private async Task AbandonAsync()
    {
        foreach (var flight in _flights)
        {
            await flight.Sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (flight.Sending.IsCompletedSuccessfully) _accepted.AddRange(flight.Batch.Accepted);
        }
        _flights.Clear();
        (_waiting, _look) = (null, true);
    }

    private async Task SettleAsync()
    {
        if (Taken() is not { Count: > 0 } accepted) return;
        // Not cut off by a stop: what is deleted now is not sent twice.
        await route.SettleAsync(accepted, CancellationToken.None).ConfigureAwait(false);
        checkpoints.Pass(Checkpoint.RelaySettled);
    }

    /// <summary>Each accepted row is deleted by one attempt; if that fails, it is read and sent again.</summary>
    private List<OutboxRow> Taken()
    {
        var accepted = _accepted;
        _accepted = [];
        return accepted;
    }

    /// <param name="Went">The broker took something, or there was nothing for it.</param>
    private readonly record struct RelayStep(bool Went, string? Failure);

    private static partial class Log
    {
        [LoggerMessage(1201, LogLevel.Warning, "Events could not be sent and stay in the outbox: {Reason}")]
        public static partial void SendFailed(ILogger logger, string reason);

        [LoggerMessage(1202, LogLevel.Error,
            "The broker refuses event {EventId} of key {Key}: {Reason}. The key waits until {RetryAt}; others go on")]
        public static partial void KeyHeld(
            ILogger logger, string key, Guid eventId, string reason, DateTimeOffset retryAt);
    }
}
