using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A store that has been used in every way that could put something of one request into a label.</summary>
public sealed class UsedStore() : Store(("Orders__StockTimeout", "00:00:05"), ("Gateway__Https__Listen", "127.0.0.1:0"))
{
    /// <summary>What must stand in no label.</summary>
    public List<string> Secrets { get; } = [];

    /// <summary>Each process's series, by its name.</summary>
    internal Dictionary<string, IReadOnlyList<Series>> Metrics { get; } = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await ReadMetricsAsync(); // From now on it is watched.
        var buyer = await Shop.NewBuyerAsync();
        var sku = await Shop.NewProductAsync(stock: 3);
        Secrets.Add(sku);
        for (var number = 0; number < 3; number++)
        {
            var order = await Shop.PlaceAsync(buyer, sku);
            await Shop.BecomesAsync(buyer, order.Id, "Confirmed");
            Secrets.Add(order.Id.ToString());
        }
        var refused = await Shop.PlaceAsync(buyer, sku);
        await Shop.BecomesAsync(buyer, refused.Id, "Cancelled");
        await GiveBackAsync(buyer);
        await Partners.FailOnceAsync(Shop, "planted-partner");
        using var unknown = await Shop.TryPlaceAsync(
            buyer, new PlaceOrderRequest([new PlaceOrderLine("PLANTED-SKU", 1)], null));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, unknown.StatusCode);
        await StrayAsync(buyer);
        Secrets.AddRange(["PLANTED", "planted", "buyer-", "@", buyer]);
        await Eventually.HoldsAsync("what waits has been read everywhere", async () =>
        {
            await ReadMetricsAsync();
            return Metrics.Values.SelectMany(series => series)
                .Where(each => each.Name.EndsWith("_readable", StringComparison.Ordinal))
                .ToList() is { Count: > 10 } readable && readable.All(each => each.Value == 1);
        }, TimeSpan.FromSeconds(30));
    }

    internal async Task ReadMetricsAsync()
    {
        using var http = new HttpClient();
        using var targets = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "run", "targets.json")));
        foreach (var target in targets.RootElement.EnumerateArray())
        {
            var address = target.GetProperty("targets")[0].GetString();
            Metrics[target.GetProperty("labels").GetProperty("instance").GetString()!] =
                Series.Read(await http.GetStringAsync(new Uri($"http://{address}/metrics")));
        }
    }

    /// <summary>An order that is paid and cancelled.</summary>
    private async Task GiveBackAsync(string buyer)
    {
        var order = await Shop.PlaceAsync(buyer, await Shop.NewProductAsync(priceMinor: 199));
        await Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        await Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{order.Id}/cancel", null, buyer);
        await Eventually.HoldsAsync("the money is given back", async () =>
        {
            await ReadMetricsAsync();
            return Metrics["payments"].Any(each =>
                each.Name == "tessera_payments_refunded_minor_units_total" && each.Value > 0);
        });
    }

    /// <summary>Addresses that do not exist, methods that nobody knows, pages, and paths with something of everybody.
    /// </summary>
    private async Task StrayAsync(string buyer)
    {
        foreach (var path in new[]
        {
            "/", "/products/PLANTED-SKU", "/products?search=planted", "/planted/page", "/api/v1/orders/planted",
            $"/api/v1/orders/{Guid.NewGuid()}", $"/api/v1/payments/orders/{Guid.NewGuid()}",
            "/api/v1/products/PLANTED-SKU", "/api/v1/baskets/mine", "/api/v1/stock/PLANTED-SKU", "/account/planted",
            "/api/v1/services/planted/messaging/status", "/.well-known/planted", "/connect/planted",
        })
        {
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Delete, new HttpMethod("PLANTED") })
            {
                using var signedIn = await Shop.TryAsync(method, path, null, buyer);
                using var stranger = await Shop.TryAsync(method, path, null, null);
            }
        }
    }
}

/// <summary>What the metrics of a used store hold, and what they never hold.</summary>
public sealed partial class MetricsTests(UsedStore store) : IClassFixture<UsedStore>
{
    /// <summary>Bounds for a process. The most series have the gateway's answers: each route by method and status that
    /// it was asked for here, some sixty of them, by the bounds of a histogram.</summary>
    private const int SeriesMax = 2_500, SeriesOfOneMetricMax = 1_500, ValuesOfOneLabelMax = 40;

    [Fact]
    public void No_label_holds_an_id_a_name_or_anything_else_of_one_request()
    {
        Assert.Equal(ListedProcesses.Names.Order(), store.Metrics.Keys.Order());
        var values = from process in store.Metrics
                     from series in process.Value
                     where series.Name != "target_info" // The process's own name, made anew with it.
                     from label in series.Labels
                     select $"{process.Key} {series.Name} {label.Key}={label.Value}";
        var found = values.Where(value => Id().IsMatch(value)
            || store.Secrets.Exists(secret => value.Contains(secret, StringComparison.Ordinal))).ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    [Fact]
    public void A_process_has_some_hundreds_of_series_and_a_label_some_values()
    {
        foreach (var (process, series) in store.Metrics)
        {
            Assert.True(series.Count <= SeriesMax, $"{process} has {series.Count} series.");
            Assert.All(series.GroupBy(each => each.Metric), metric => Assert.True(
                metric.Count() <= SeriesOfOneMetricMax, $"{process} has {metric.Count()} series of {metric.Key}."));
            Assert.All(
                series.SelectMany(each => each.Labels.Select(label => (each.Metric, Label: label.Key, label.Value)))
                    .Distinct().GroupBy(each => (each.Metric, each.Label)),
                label => Assert.True(
                    label.Count() <= ValuesOfOneLabelMax, $"{process}: {label.Key} has {label.Count()} values."));
            Assert.DoesNotContain(series, each => each.Labels.ContainsKey("otel_metric_overflow"));
        }
    }

    /// <summary>A histogram without bounds of its own has those for milliseconds: 0, 5, 10 and on.</summary>
    [Fact]
    public void Times_are_told_apart()
    {
        var bounds = store.Metrics.Values.SelectMany(series => series)
            .Where(each => each.Name.EndsWith("_seconds_bucket", StringComparison.Ordinal))
            .GroupBy(each => each.Metric, each => each.Labels["le"]).ToList();
        Assert.Contains(bounds, histogram => histogram.Key == "messaging_process_duration_seconds");
        Assert.All(bounds, histogram => Assert.Contains(
            histogram, bound => bound.StartsWith("0.0", StringComparison.Ordinal)));
    }

    /// <summary>Rates, errors and durations of what is answered and asked; how full pools, queues and threads are; what
    /// waits in messaging; what becomes of the business.</summary>
    [Theory]
    [InlineData("gateway", "http_server_request_duration_seconds_count", "tessera_gateway_requests_total",
        "http_client_request_duration_seconds_count")]
    [InlineData("orders", "http_server_request_duration_seconds_count", "kestrel_active_connections",
        "kestrel_queued_requests", "http_client_open_connections", "dotnet_gc_pause_time_seconds_total",
        "dotnet_gc_heap_total_allocated_bytes_total", "dotnet_thread_pool_queue_length_total",
        "dotnet_thread_pool_thread_count_total", "dotnet_process_cpu_time_seconds_total",
        "tessera_sqlite_transactions_waiting")]
    [InlineData("inventory", "tessera_messaging_outbox_oldest_age_seconds", "tessera_messaging_outbox_rows",
        "tessera_messaging_subscription_oldest_age_seconds", "tessera_messaging_subscription_lag",
        "tessera_messaging_subscription_partitions_unowned", "tessera_messaging_parked_messages",
        "tessera_messaging_outbox_held_keys", "tessera_messaging_timers_overdue_age_seconds",
        "messaging_client_sent_messages_total", "messaging_client_consumed_messages_total",
        "messaging_client_operation_duration_seconds_count", "messaging_process_duration_seconds_count",
        "tessera_stock_items")]
    [InlineData("payments", "tessera_payments_captured_minor_units_total",
        "tessera_payments_refunded_minor_units_total", "tessera_payments_settled_total")]
    public void A_process_tells_how_it_is_doing(string process, params string[] metrics)
    {
        var told = store.Metrics[process].Select(series => series.Name).ToHashSet(StringComparer.Ordinal);
        Assert.DoesNotContain(metrics, metric => !told.Contains(metric));
    }

    [Fact]
    public void What_alerts_and_people_count_is_told_before_it_has_happened()
    {
        Assert.Equal(0, Value("orders", "tessera_orders_cancelled_total", CancelReasons.PaymentTimeout));
        Assert.Equal(0, Value("orders", "tessera_orders_refused_total", "catalog-away"));
        Assert.Equal(0, Value("payments", "tessera_payments_settled_total", "declined"));
        Assert.Contains(store.Metrics["gateway"], each => each.Name == "tessera_gateway_requests_total"
            && each.Labels["tessera_outcome"] == "failed");
    }

    [Fact]
    public void Orders_tells_what_became_of_the_orders()
    {
        Assert.Equal(5, Value("orders", "tessera_orders_entered_total", "placed"));
        Assert.Equal(4, Value("orders", "tessera_orders_entered_total", "confirmed"));
        Assert.Equal(1, Value("orders", "tessera_orders_cancelled_total", CancelReasons.OutOfStock));
        Assert.Equal(1, Value("orders", "tessera_orders_refused_total", "not-for-sale"));
        Assert.Equal(1, Value("orders", "tessera_orders_cancelled_total", CancelReasons.Buyer));
        Assert.Equal(4, Value("orders", "tessera_orders_confirmation_duration_seconds_count"));
    }

    [Fact]
    public void Payments_tells_of_the_money_and_Inventory_of_the_stock()
    {
        Assert.Equal(949, Value("payments", "tessera_payments_captured_minor_units_total", "GBP"));
        Assert.Equal(4, Value("payments", "tessera_payments_settled_total", "captured"));
        Assert.Equal(199, Value("payments", "tessera_payments_refunded_minor_units_total", "GBP"));
        Assert.Equal(1, Value("payments", "tessera_payments_settled_total", "refunded"));
        Assert.Contains(store.Metrics["inventory"], each => each.Name == "tessera_stock_items");
    }

    [Fact]
    public void The_gateway_tells_until_when_its_certificate_is_good()
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(
            (long)Value("gateway", "tessera_certificate_expiry_timestamp_seconds"));
        Assert.InRange(end - TimeProvider.System.GetUtcNow(), TimeSpan.FromDays(300), TimeSpan.FromDays(366));
    }

    private double Value(string process, string name, string? label = null) => store.Metrics[process]
        .Single(each => each.Name == name && (label is null || each.Labels.Values.Contains(label))).Value;

    /// <summary>A number that is not a port, a status or a version, or anything longer.</summary>
    [GeneratedRegex(@"=.*(?:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}|[0-9a-fA-F]{16}|/[0-9]+(?:/|\z))")]
    private static partial Regex Id();
}
