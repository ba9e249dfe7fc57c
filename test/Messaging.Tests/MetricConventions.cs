using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Tessera.Messaging.Tests.Fakes;
using Tessera.Testing;
using Xunit;

namespace Tessera.Messaging.Tests;

/// <summary>Metrics are named and measured by the OpenTelemetry conventions, version 1.44.0.</summary>
public sealed partial class MetricConventions : IAsyncDisposable
{
    /// <summary>Name, unit and kind as the conventions have them.</summary>
    private static readonly (string Name, string Unit, Type Kind)[] s_ofMessaging =
    [
        ("messaging.client.consumed.messages", "{message}", typeof(Counter<long>)),
        ("messaging.client.operation.duration", "s", typeof(Histogram<double>)),
        ("messaging.client.sent.messages", "{message}", typeof(Counter<long>)),
        ("messaging.process.duration", "s", typeof(Histogram<double>)),
    ];

    /// <summary>None can name an event, a key or a person.</summary>
    private static readonly string[] s_labels =
    [
        "messaging.operation.name", "messaging.system", "messaging.destination.name", "messaging.consumer.group.name",
        "cloudevents.event_type", "error.type",
    ];

    private readonly StockService _stock = new();

    public ValueTask DisposeAsync() => _stock.DisposeAsync();

    [Fact]
    public async Task Each_has_the_name_the_unit_and_the_labels_that_it_must()
    {
        var instruments = new ConcurrentDictionary<string, Instrument>();
        var labels = new ConcurrentDictionary<string, string[]>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name != "Tessera.Messaging") return;
                instruments[instrument.Name] = instrument;
                own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument, tags));
        listener.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Note(instrument, tags));
        listener.Start();
        await _stock.StartAsync();
        _stock.Deliver(new OrderPlaced("a", 1), new OrderPlaced("b", 2));
        await _stock.UntilSeenAsync(2);
        await Eventually.HoldsAsync("all of messaging has been measured", () =>
            s_ofMessaging.All(metric => labels.ContainsKey(metric.Name)));

        foreach (var (name, unit, kind) in s_ofMessaging)
        {
            Assert.Equal((unit, kind), (instruments[name].Unit, instruments[name].GetType()));
            Assert.Contains("messaging.operation.name", labels[name]);
            Assert.Contains("messaging.system", labels[name]);
        }
        Assert.Empty(instruments.Keys.Where(name => !name.StartsWith("tessera.", StringComparison.Ordinal))
            .Except(s_ofMessaging.Select(metric => metric.Name)));
        Assert.All(instruments.Values, instrument =>
        {
            Assert.Matches(Name(), instrument.Name);
            Assert.Matches(Unit(), instrument.Unit ?? "");
        });
        Assert.Empty(labels.Values.SelectMany(each => each).Except(s_labels));

        void Note(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var names = new string[tags.Length];
            for (var i = 0; i < tags.Length; i++) names[i] = tags[i].Key;
            labels[instrument.Name] = names;
        }
    }

    [GeneratedRegex(@"^[a-z]+(?:[._][a-z]+)+\z")]
    private static partial Regex Name();

    /// <summary>Seconds, or what is counted in the singular; nothing where it only says yes or no.</summary>
    [GeneratedRegex(@"^(?:s|\{[a-z]+\})?\z")]
    private static partial Regex Unit();
}
