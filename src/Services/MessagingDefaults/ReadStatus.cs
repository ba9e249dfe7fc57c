using Tessera.Messaging;
using Tessera.Messaging.Store;
using Tessera.Messaging.Transport;

namespace Tessera.MessagingDefaults;

/// <summary>How far the service's messaging is: what waits to be sent, what waits to be handled,
/// what is parked.</summary>
/// <param name="transports">All that are read; the last one is also published to.</param>
internal sealed class ReadStatus(
    MessageRegistry registry, IMessageStore store, IEnumerable<ITransport> transports, WaitingOfKey waiting,
    TimeProvider clock)
{
    private const int HeldMax = 50;

    private readonly ITransport[] _transports = [.. transports];

    public async Task<MessagingStatus> ReadAsync(CancellationToken stop)
    {
        var statistics = await store.ReadStatisticsAsync(stop);
        var subscriptions = new List<SubscriptionStatus>();
        foreach (var stream in registry.SubscribedStreams)
        {
            foreach (var transport in _transports.Reverse())
                subscriptions.Add(await InspectAsync(transport, stream, stop));
        }
        return new MessagingStatus(
            registry.Service,
            _transports[^1].Name,
            store.Name,
            new OutboxStatus(statistics.OutboxRows, AgeOf(statistics.OutboxOldest), statistics.HeldKeys),
            new ParkedStatus(statistics.ParkedMessages, statistics.ParkedKeys),
            statistics.Timers,
            subscriptions,
            statistics.HeldKeys == 0 ? [] : [.. (await waiting.ListHeldAsync(HeldMax, stop)).Select(held =>
                new HeldKeyStatus(held.Key, held.EventId, held.Reason, held.Attempts, held.RetryAt))],
            statistics.TimersNext <= clock.GetUtcNow() ? AgeOf(statistics.TimersNext) : null,
            AgeOf(statistics.InboxNewest));
    }

    private async Task<SubscriptionStatus> InspectAsync(ITransport transport, string stream, CancellationToken stop)
    {
        try
        {
            var partitions = await transport.InspectAsync(
                new Subscription(stream, registry.Partitions, registry.Service), stop);
            var states = partitions
                .Select(partition => new PartitionStatus(
                    partition.Partition, partition.Owner, partition.Unread, AgeOf(partition.OldestUnread)))
                .ToList();
            return new SubscriptionStatus(
                stream, transport.Name, states.Sum(state => state.Unread),
                states.Max(state => state.OldestUnreadSeconds), states, null);
        }
        catch (TransportUnavailableException away)
        {
            // The rest of the page is of use without it.
            return new SubscriptionStatus(stream, transport.Name, null, null, [], away.Message);
        }
    }

    private double? AgeOf(DateTimeOffset? since) =>
        since is { } then ? Math.Max(0, Math.Round((clock.GetUtcNow() - then).TotalSeconds, 3)) : null;
}
