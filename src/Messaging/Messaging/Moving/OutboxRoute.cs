using Microsoft.Extensions.Logging;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Moving;

/// <summary>
/// The relay's way to the broker. With one broker it is that broker and nothing else. With several, each shard goes
/// where the database says, and a shard that goes elsewhere than this process is configured for is moved first:
/// the decision is recorded, the old partition closed with a marker, the new one opened with its counterpart.
/// </summary>
/// <remarks>
/// A process moves only shards whose last move is older than itself: of two differently configured replicas, the one
/// started last decides, and the other follows.
/// </remarks>
internal sealed partial class OutboxRoute(
    Brokers brokers, ShardBrokerTable table, IMessageStore store, MessageRegistry registry, TimeProvider clock,
    ILogger<OutboxRoute> logger)
{
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private Dictionary<int, ShardBroker> _shards = [];

    /// <summary>The largest body that every broker concerned takes.</summary>
    public int BodySizeBytesMax { get; } = brokers.All.Min(transport => transport.Features.BodySizeBytesMax);

    public string BrokerName => brokers.Primary.Name;

    /// <summary>Whether a shard may go elsewhere than it went before: what was accepted is then settled before
    /// <see cref="PrepareAsync"/>.</summary>
    public bool MayMove { get; } = brokers.AreSeveral;

    /// <summary>Whether <see cref="SettleAndReadAheadAsync"/> may be called.</summary>
    public bool ReadsAhead { get; } = store.ReadsAhead && !brokers.AreSeveral;

    /// <summary>Records the broker of shards that are new, and refuses to leave another broker's
    /// partitions unclosed.</summary>
    /// <exception cref="TransportRefusedException">A shard's events went to a broker that this
    /// process cannot reach.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        await table.RecordAsync(
            registry.Partitions, brokers.Primary.Name, clock.GetUtcNow(), stop).ConfigureAwait(false);
        var shards = await table.ReadAsync(stop).ConfigureAwait(false);
        var needed = shards.Values.Select(row => row.Broker)
            .Concat(shards.Values.Where(row => !row.IsClosed && row.Previous is not null).Select(row => row.Previous!));
        if (needed.FirstOrDefault(name => brokers.Find(name) is null) is not { } missing) return;
        throw new TransportRefusedException(
            $"The events of {registry.Service} went to {missing} until now, " +
            $"and Messaging:Broker is {brokers.Primary.Name}. Add {missing} to Messaging:AlsoConsume, " +
            "so that its partitions are closed and read to their end; see docs/changing-the-broker.md.");
    }

    /// <summary>Learns where the shards go now, and moves those that are to go elsewhere.</summary>
    public async Task PrepareAsync(IReadOnlyCollection<int> shards, CancellationToken stop)
    {
        if (!brokers.AreSeveral) return;
        _shards = await table.ReadAsync(stop).ConfigureAwait(false);
        var changed = false;
        foreach (var shard in shards.Select(number => _shards[number]))
        {
            if (shard.Broker == brokers.Primary.Name || shard.MovedAt > _started) continue;
            await table.DecideAsync(shard, brokers.Primary.Name, clock.GetUtcNow(), stop).ConfigureAwait(false);
            changed = true;
        }
        if (changed) _shards = await table.ReadAsync(stop).ConfigureAwait(false);
        foreach (var shard in shards.Select(number => _shards[number]).Where(shard => !shard.IsClosed))
        {
            // Nothing is sent to the new broker before both markers stand; a crash between the steps repeats them.
            await MarkAsync(shard, shard.Previous!, isClosing: true, stop).ConfigureAwait(false);
            await MarkAsync(shard, shard.Broker, isClosing: false, stop).ConfigureAwait(false);
            await table.CloseAsync(shard, stop).ConfigureAwait(false);
            Log.Moved(logger, shard.Shard, registry.Service, shard.Previous!, shard.Broker);
        }
    }

    public async Task<SendResult> SendAsync(IReadOnlyList<WireMessage> messages, CancellationToken stop)
    {
        if (!brokers.AreSeveral) return await brokers.Primary.SendAsync(messages, stop).ConfigureAwait(false);
        var failures = new List<SendFailure>();
        foreach (var part in messages.Select((message, index) => (message, index))
            .GroupBy(sent => TransportOf(sent.message.Partition)))
        {
            var sent = part.ToList();
            var result = await part.Key.SendAsync([.. sent.Select(one => one.message)], stop).ConfigureAwait(false);
            failures.AddRange(result.Failures.Select(failure => failure with { Index = sent[failure.Index].index }));
        }
        return failures.Count == 0 ? SendResult.AllAccepted : new SendResult(failures);
    }

    public Task SettleAsync(IReadOnlyList<OutboxRow> accepted, CancellationToken stop) =>
        brokers.AreSeveral ? table.SettleAsync(accepted, _shards, stop) : store.SettleOutboxAsync(accepted, stop);

    /// <summary>Settles what the pass before had accepted, and reads what is to be sent now.</summary>
    public async Task<IReadOnlyList<OutboxRow>> SettleAndReadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop)
    {
        if (!brokers.AreSeveral && accepted.Count > 0)
        {
            return await store.SettleAndReadOutboxAsync(
                accepted, shards, limitPerShard, now, stop).ConfigureAwait(false);
        }
        if (accepted.Count > 0) await SettleAsync(accepted, stop).ConfigureAwait(false);
        return await store.ReadOutboxAsync(shards, limitPerShard, now, stop).ConfigureAwait(false);
    }

    /// <inheritdoc cref="IMessageStore.SettleAndReadAheadAsync"/>
    public Task<IReadOnlyList<OutboxRow>?> SettleAndReadAheadAsync(
        IReadOnlyList<OutboxRow> accepted, IReadOnlyList<OutboxRow> inFlight, IReadOnlyCollection<int> shards,
        int limitPerShard, DateTimeOffset now, CancellationToken stop) =>
        store.SettleAndReadAheadAsync(accepted, inFlight, shards, limitPerShard, now, stop);

    private ITransport TransportOf(int shard) => Reach(_shards[shard].Broker);

    private ITransport Reach(string name) => brokers.Find(name)
        ?? throw new TransportUnavailableException(
            $"Another process sends to {name}, which Messaging:AlsoConsume of this one does not name.");

    private async Task MarkAsync(ShardBroker shard, string broker, bool isClosing, CancellationToken stop)
    {
        var marker = new MoveMarker(shard.Move!.Value, isClosing, shard.Previous!);
        var message = marker.Write(registry.Service, registry.Source, shard.Shard, clock.GetUtcNow());
        var result = await Reach(broker).SendAsync([message], stop).ConfigureAwait(false);
        if (result.Failures.Count > 0)
        {
            throw new TransportUnavailableException(
                $"{broker} did not take the marker of a move: {result.Failures[0].Reason}");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1251, LogLevel.Information, "Shard {Shard} of {Service} has moved from {From} to {To}")]
        public static partial void Moved(ILogger logger, int shard, string service, string from, string to);
    }
}
