using System.Diagnostics.Metrics;
using Tessera.Messaging.Hosting;
using Tessera.Messaging.Store;
using Tessera.Messaging.Telemetry;

namespace Tessera.Inventory;

/// <summary>The stock of all products together, as a gauge. A row per product is read, so it is done seldom.</summary>
internal sealed class StockGauges(
    IDatabase database, IMeterFactory meters, TimeProvider clock, ILogger<StockGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var stock = new Watched<Sums>(ReadAsync, Interval, clock);
        meters.Create("Tessera.Inventory").CreateObservableGauge(
            "tessera.stock.items", () => stock.Look() is { } sums ? Measure(sums) : [], "{item}",
            "Items on the shelf, held for orders that wait, and sold.");
        return EndlessLoop.RunAsync("Reading the stock", stock.RunAsync, clock, logger, stoppingToken);
    }

    private static Measurement<long>[] Measure(Sums sums) =>
        [Of("on-hand", sums.OnHand), Of("held", sums.Held), Of("committed", sums.Committed)];

    private static Measurement<long> Of(string state, long items) =>
        new(items, new KeyValuePair<string, object?>("tessera.stock.state", state));

    private async Task<Sums> ReadAsync(CancellationToken stop) => (await database.QueryAsync(
        """
        select cast(coalesce(sum(on_hand), 0) as bigint), cast(coalesce(sum(held), 0) as bigint),
            cast(coalesce(sum(committed), 0) as bigint)
        from stock
        """,
        [], row => new Sums(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)), stop))[0];

    private sealed record Sums(long OnHand, long Held, long Committed);
}
