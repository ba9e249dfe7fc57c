using System.Diagnostics.Metrics;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Telemetry;

/// <summary>What waits in the service's own tables, as gauges.</summary>
internal sealed class StoreGauges
{
    public const string Part = "statistics";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IMessageStore _store;
    private readonly TimeProvider _clock;
    private readonly Watched<Seen> _waiting;
    private readonly KeyValuePair<string, object?> _service;

    public StoreGauges(IMessageStore store, TimeProvider clock, MessageRegistry registry)
    {
        _store = store;
        _clock = clock;
        _waiting = new Watched<Seen>(ReadAsync, Interval, clock);
        _service = new KeyValuePair<string, object?>("messaging.destination.name", registry.Service);
        Count("tessera.messaging.outbox.rows", "{event}", "Events that wait for the relay.", seen => seen.OutboxRows);
        Count("tessera.messaging.outbox.held_keys", "{key}",
            "Keys whose event the broker refuses.", seen => seen.HeldKeys);
        Count("tessera.messaging.parked.messages", "{event}", "Parked events.", seen => seen.ParkedMessages);
        Count("tessera.messaging.parked.keys", "{key}", "Keys with parked events.", seen => seen.ParkedKeys);
        Count("tessera.messaging.timers", "{timer}", "Timers that wait.", seen => seen.Timers);
        Age("tessera.messaging.outbox.oldest.age",
            "Age of the oldest event that is not sent, of keys that are not held; 0 when all are.",
            seen => seen.Statistics.OutboxOldest);
        Age("tessera.messaging.timers.overdue.age", "For how long the first timer has been due; 0 when none is.",
            seen => seen.NextTimer);
        MessagingMetrics.Own.CreateObservableGauge(
            "tessera.messaging.store.readable",
            () => new Measurement<int>(_waiting.Look() is null ? 0 : 1, _service), null,
            "Whether the tables that the others tell of could be read: 1, or 0 and the others are missing.");
    }

    public Task RunAsync(CancellationToken stop) => _waiting.RunAsync(stop);

    private async Task<Seen> ReadAsync(CancellationToken stop) => new(
        await _store.ReadStatisticsAsync(stop).ConfigureAwait(false),
        await _store.NextTimerDueAsync(stop).ConfigureAwait(false));

    private void Count(string name, string unit, string description, Func<StoreStatistics, long> read) =>
        MessagingMetrics.Own.CreateObservableGauge(
            name, () => Measure(seen => read(seen.Statistics)), unit, description);

    private void Age(string name, string description, Func<Seen, DateTimeOffset?> since) =>
        MessagingMetrics.Own.CreateObservableGauge(name, () => Measure(seen => AgeOf(since(seen))), "s", description);

    private IEnumerable<Measurement<T>> Measure<T>(Func<Seen, T> read) where T : struct =>
        _waiting.Look() is { } seen ? [new Measurement<T>(read(seen), _service)] : [];

    private double AgeOf(DateTimeOffset? since) =>
        since is { } then ? Math.Max(0, (_clock.GetUtcNow() - then).TotalSeconds) : 0;

    private sealed record Seen(StoreStatistics Statistics, DateTimeOffset? NextTimer);
}
