using System.Diagnostics.Metrics;
using Tessera.Messaging.Store;

namespace Tessera.Messaging.Telemetry;

/// <summary>Looks at the tables now and then while somebody collects the gauges that show them.</summary>
internal sealed class StatisticsLoop
{
    public const string Part = "statistics";

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly IMessageStore _store;
    private readonly TimeProvider _clock;
    private readonly Instrument[] _gauges;
    private StoreStatistics? _last;

    public StatisticsLoop(IMessageStore store, TimeProvider clock, MessageRegistry registry)
    {
        _store = store;
        _clock = clock;
        var service = new KeyValuePair<string, object?>("messaging.destination.name", registry.Service);
        ObservableGauge<long> Count(string name, string unit, string description, Func<StoreStatistics, long> read) =>
            MessagingMetrics.Own.CreateObservableGauge(
                name, () => Seen().Select(seen => new Measurement<long>(read(seen), service)), unit, description);
        _gauges =
        [
            Count(
                "tessera.messaging.outbox.rows", "{event}", "Events that wait for the relay.", seen => seen.OutboxRows),
            Count("tessera.messaging.outbox.held_keys", "{key}",
                "Keys whose event the broker refuses.", seen => seen.HeldKeys),
            Count("tessera.messaging.parked.messages", "{event}", "Parked events.", seen => seen.ParkedMessages),
            Count("tessera.messaging.parked.keys", "{key}", "Keys with parked events.", seen => seen.ParkedKeys),
            Count("tessera.messaging.timers", "{timer}", "Timers that wait.", seen => seen.Timers),
            MessagingMetrics.Own.CreateObservableGauge(
                "tessera.messaging.outbox.oldest.age",
                () => Seen().Select(seen => new Measurement<double>(OldestAge(seen), service)),
                "s",
                "Age of the oldest event that is not sent."),
        ];
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if (_gauges.Any(gauge => gauge.Enabled))
                _last = await _store.ReadStatisticsAsync(stop).ConfigureAwait(false);
            await Task.Delay(Interval, _clock, stop).ConfigureAwait(false);
        }
    }

    private IEnumerable<StoreStatistics> Seen() => _last is { } last ? [last] : [];

    private double OldestAge(StoreStatistics seen) =>
        seen.OutboxOldest is { } oldest ? Math.Max(0, (_clock.GetUtcNow() - oldest).TotalSeconds) : 0;
}
