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
/// Two relays that believe to lead one shard do no harm: each sends from the lowest row that is not deleted, in order,
/// so the first copies that arrive are in order, and the inboxes keep the first copies.
/// </remarks>
internal sealed partial class Relay(
    IMessageStore store, OutboxRoute route, LeaseKeeper leases, OutboxSignal signal, RefusedKeys refused,
    IOptions<OutboxOptions> options, TimeProvider clock,
    Checkpoints checkpoints, MessagingHealth health, ILogger<Relay> logger)
{
    // Accepted rows are deleted by the next read, which under load follows at once; when none follows, after this time.
    private static readonly TimeSpan SettleDelay = TimeSpan.FromMilliseconds(20);

    private readonly OutboxOptions _options = options.Value;
    private readonly RelayLimits _limits =
        new(options.Value.Frames, Math.Min(options.Value.FrameBytesMax, route.BodySizeBytesMax));

    private List<OutboxRow> _accepted = [];
    private IReadOnlyList<OutboxRow>? _ahead;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await RelayAsync(stop).ConfigureAwait(false);
        }
        finally
        {
            await SettleAsync().ConfigureAwait(false);
        }
    }

    private async Task RelayAsync(CancellationToken stop)
    {
        var backoff = new Backoff(_options.RetryDelayMin, _options.RetryDelayMax, clock);
        var look = true;
        while (!stop.IsCancellationRequested)
        {
            if (!look) await WaitForRowsAsync(stop).ConfigureAwait(false);
            var pass = await PassAsync(stop).ConfigureAwait(false);
            look = pass.More;
            if (pass.Failure is null)
            {
                backoff.Reset();
                health.Healthy("relay");
                continue;
            }
            Log.SendFailed(logger, pass.Failure);
            health.Failing("relay", pass.Failure);
            look = true;
            await backoff.WaitAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task WaitForRowsAsync(CancellationToken stop)
    {
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
            if (!alone && await store.MayHaveForeignCommitsAsync(stop).ConfigureAwait(false)) return;
        }
    }

    /// <summary>Settle what was sent, read, send: one round trip to the database for up to a batch per shard. While a
    /// full batch is on its way to the broker, that round trip is made for the next one.</summary>
    private async Task<RelayPass> PassAsync(CancellationToken stop)
    {
        var ahead = _ahead;
        _ahead = null;
        var shards = leases.Held.Select(lease => lease.Slot).ToArray();
        if (shards.Length == 0) return default;
        try
        {
            await route.PrepareAsync(shards, stop).ConfigureAwait(false);
        }
        catch (TransportUnavailableException away)
        {
            return new RelayPass(false, away.Message);
        }
        var now = clock.GetUtcNow();
        var rows = ahead ?? await SettleAndReadAsync(shards, now, stop).ConfigureAwait(false);
        checkpoints.Pass(Checkpoint.RelayRead);
        var (queues, full) = Queue(rows);
        if (queues.Count == 0) return new RelayPass(ahead is not null, null);

        var batch = new RelayBatch(queues);
        var next = full
            ? SettleAndReadAheadAsync(rows, shards, now, stop)
            : Task.FromResult<IReadOnlyList<OutboxRow>?>(null);
        try
        {
            await SendAsync(queues, batch, now, stop).ConfigureAwait(false);
        }
        finally
        {
            // Whatever came of it: the next read must not begin before this one has ended.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _accepted.AddRange(batch.Accepted); // Behind those that no read has settled yet.
        refused.Accepted(batch.Accepted);
        if (batch.Held.Count > 0)
        {
            await SettleAsync().ConfigureAwait(false); // First, for it releases keys that an earlier refusal held.
            foreach (var key in batch.Held) Log.KeyHeld(logger, key.Key, key.EventId, key.Reason, key.RetryAt);
            await store.HoldKeysAsync(batch.Held, stop).ConfigureAwait(false);
            checkpoints.Pass(Checkpoint.RelayHeld);
        }
        // Behind a row that is not at the broker nothing may go.
        if (await next.ConfigureAwait(false) is { } read && batch.Accepted.Count == rows.Count) _ahead = read;
        return new RelayPass(full, batch.Failure);
    }

    private async Task SendAsync(
        List<ShardQueue> queues, RelayBatch batch, DateTimeOffset now, CancellationToken stop)
    {
        while (batch.NextRound() && queues.TrueForAll(queue => leases.Holds(queue.Shard)))
        {
            var result = await SendRoundAsync(batch, stop).ConfigureAwait(false);
            if (result is null) break;
            batch.Conclude(result, refused, now);
        }
        checkpoints.Pass(Checkpoint.RelaySent);
    }

    private async Task<SendResult?> SendRoundAsync(RelayBatch batch, CancellationToken stop)
    {
        var started = clock.GetTimestamp();
        try
        {
            var result = await route.SendAsync(batch.Messages, stop).ConfigureAwait(false);
            MessagingMetrics.Sent(route.BrokerName, batch.Messages, clock.GetElapsedTime(started));
            return result;
        }
        catch (TransportUnavailableException away)
        {
            batch.Failure = away.Message;
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

    private async Task<IReadOnlyList<OutboxRow>> SettleAndReadAsync(
        int[] shards, DateTimeOffset now, CancellationToken stop)
    {
        var accepted = Taken();
        var rows = await route.SettleAndReadAsync(
            accepted, shards, _options.BatchSize, now, stop).ConfigureAwait(false);
        if (accepted.Count > 0) checkpoints.Pass(Checkpoint.RelaySettled);
        return rows;
    }

    private async Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> inFlight, int[] shards, DateTimeOffset now, CancellationToken stop)
    {
        var accepted = Taken();
        var rows = await route.SettleAndReadAheadAsync(
            accepted, inFlight, shards, _options.BatchSize, now, stop).ConfigureAwait(false);
        if (accepted.Count > 0) checkpoints.Pass(Checkpoint.RelaySettled);
        return rows;
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

    private readonly record struct RelayPass(bool More, string? Failure);

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
