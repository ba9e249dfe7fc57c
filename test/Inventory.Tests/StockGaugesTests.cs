using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tessera.Messaging.Store;
using Tessera.Testing;

namespace Tessera.Inventory.Tests;

/// <summary>What is told of the stock as a whole.</summary>
public sealed class StockGaugesTests
{
    [Fact]
    public async Task Tells_how_many_items_are_on_the_shelf_held_and_sold()
    {
        await using var inventory = await InventoryInMemory.StartAsync(("A", 10), ("B", 5));
        var sold = Guid.NewGuid();
        await inventory.PlaceAsync((Guid.NewGuid(), [("A", 2)]), (sold, [("B", 4)]));
        await inventory.ConfirmAsync(sold);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        var told = new ConcurrentDictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Name == "tessera.stock.items" && instrument.Meter.Scope == meters)
                    own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, items, tags, _) =>
            told[string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))] = items);
        listener.Start();
        using var gauges = new StockGauges(
            inventory.Service.Get<IDatabase>(), meters, inventory.Service.Clock, NullLogger<StockGauges>.Instance);
        await gauges.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync("the stock is read", () =>
        {
            listener.RecordObservableInstruments();
            return !told.IsEmpty;
        });
        await gauges.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["tessera.stock.state=committed 4", "tessera.stock.state=held 2", "tessera.stock.state=on-hand 9"],
            told.OrderBy(each => each.Key, StringComparer.Ordinal).Select(each => $"{each.Key} {each.Value}"));
    }
}
