using System.Diagnostics.Metrics;
using Tessera.Messaging.Moving;
using Tessera.Messaging.Transport;

namespace Tessera.Messaging.Telemetry;

/// <summary>What waits at the brokers for the service, and whether somebody reads it, as gauges.</summary>
internal sealed class SubscriptionGauges
{
    public const string Part = "inspection";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly MessageRegistry _registry;
    private readonly Brokers _brokers;
    private readonly TimeProvider _clock;
    private readonly Watched<IReadOnlyList<Seen>> _waiting;

    public SubscriptionGauges(MessageRegistry registry, Brokers brokers, TimeProvider clock)
    {
        _registry = registry;
        _brokers = brokers;
        _clock = clock;
        _waiting = new Watched<IReadOnlyList<Seen>>(ReadAsync, Interval, clock);
        Gauge("tessera.messaging.subscription.lag", "{message}", "Broker messages that wait to be handled.",
            states => states.Sum(state => state.Unread));
        Gauge("tessera.messaging.subscription.oldest.age", "s",
            "Age of the oldest of them, where the broker tells; 0 when none waits.",
            states => AgeOf(states.Min(state => state.OldestUnread)));
        Gauge("tessera.messaging.subscription.partitions", "{partition}", "Partitions of the subscription.",
            states => states.Count);
        Gauge("tessera.messaging.subscription.partitions.unowned", "{partition}", "Those that nobody reads.",
            states => states.Count(state => state.Owner is null));
        MessagingMetrics.Own.CreateObservableGauge(
            "tessera.messaging.subscription.readable", Readable, null,
            "Whether the broker could be asked: 1, or 0 and the others are missing.");
    }

    /// <summary>Whether there is anything to read.</summary>
    public bool IsNeeded => _registry.SubscribedStreams.Count > 0;

    public Task RunAsync(CancellationToken stop) => _waiting.RunAsync(stop);

    private async Task<IReadOnlyList<Seen>> ReadAsync(CancellationToken stop)
    {
        var asked =
            from broker in _brokers.All
            from stream in _registry.SubscribedStreams
            select InspectAsync(broker, stream, stop);
        return await Task.WhenAll(asked).ConfigureAwait(false);
    }

    private async Task<Seen> InspectAsync(ITransport broker, string stream, CancellationToken stop)
    {
        try
        {
            return new Seen(broker.Name, stream, await broker.InspectAsync(
                new Subscription(stream, _registry.Partitions, _registry.Service), stop).ConfigureAwait(false));
        }
        catch (TransportUnavailableException)
        {
            return new Seen(broker.Name, stream, null); // What the others tell is of use without it.
        }
    }

    private IEnumerable<Measurement<int>> Readable()
    {
        var seen = _waiting.Look();
        return
            from broker in _brokers.All
            from stream in _registry.SubscribedStreams
            let isRead = seen?.Any(each => each is { States: not null }
                && each.Broker == broker.Name && each.Stream == stream) == true
            select new Measurement<int>(isRead ? 1 : 0, Tags(broker.Name, stream));
    }

    private void Gauge(
        string name, string unit, string description, Func<IReadOnlyList<PartitionState>, double> read) =>
        MessagingMetrics.Own.CreateObservableGauge(
            name,
            () =>
                from each in _waiting.Look() ?? []
                let states = each.States
                where states is not null
                select new Measurement<double>(read(states), Tags(each.Broker, each.Stream)),
            unit, description);

    private KeyValuePair<string, object?>[] Tags(string broker, string stream) =>
    [
        new("messaging.system", broker),
        new("messaging.destination.name", stream),
        new("messaging.consumer.group.name", _registry.Service),
    ];

    private double AgeOf(DateTimeOffset? since) =>
        since is { } then ? Math.Max(0, (_clock.GetUtcNow() - then).TotalSeconds) : 0;

    /// <param name="States">Null when the broker was away.</param>
    private sealed record Seen(string Broker, string Stream, IReadOnlyList<PartitionState>? States);
}
