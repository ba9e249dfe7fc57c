using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>What is broken for real is told, and nothing else is.</summary>
public sealed partial class AlertTests(WatchedStore store) : IClassFixture<WatchedStore>
{
    /// <summary>For what waits a minute by itself, and for a busy machine.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    /// <summary>A budget is not paid back at once.</summary>
    private static readonly string[] burnt = ["AvailabilityBurnsFast", "ConfirmationBurnsFast"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_break_is_told_alone_and_its_end_too()
    {
        var late = await store.Shop.PlaceAsync(store.Buyer, store.Sku);
        await store.Shop.BecomesAsync(store.Buyer, late.Id, "Confirmed");
        await IsWatchedAsync();
        await StaysQuietAsync();

        await store.RunAsync("stop", "inventory");
        var lost = await store.Shop.PlaceAsync(store.Buyer, store.Sku);
        await IsToldAsync("ServiceDown inventory");
        await store.LoseAsync(lost.Id);
        await store.RunAsync("start", "inventory");

        await IsToldAsync("EventsParked orders");
        await store.RunAsync("parked", "discard", "--service", "orders", "--all", "--reason", "lost");
        await IsToldAsync();

        await store.HoldKeyAsync();
        await IsToldAsync("KeysHeld orders");
        await store.FreeKeyAsync();
        await store.RestartGatewayAsync(certificateDays: 10);
        await IsToldAsync("CertificateEndsSoon gateway");
        await store.RestartGatewayAsync(certificateDays: 365);
        await IsToldAsync();

        await store.NeedDiskAsync("baskets", WatchedStore.FreeBytes / 3);
        await IsToldAsync("DiskNearlyFull baskets");
        await store.NeedDiskAsync("baskets", 1);
        await IsToldAsync();

        await store.SignalAsync("baskets-2", "-STOP");
        await IsToldAsync("ReplicaDown baskets");
        await store.SignalAsync("baskets-2", "-CONT");
        await IsToldAsync();
        store.HideTargets();
        await IsToldAsync("NothingIsWatched");
        store.ShowTargets();
        await IsToldAsync();

        await store.SignalAsync("server-redis", "-STOP");
        var waiting = new List<OrderView>();
        for (var number = 0; number < 15; number++)
            waiting.Add(await store.Shop.PlaceAsync(store.Buyer, store.Sku));
        await Eventually.HoldsAsync("the oldest unsent event is old, which follows from the broker", async () =>
            (await store.Prometheus.FiringAsync()).Contains("EventsWaitUnsent orders"), Bound);
        await IsToldAsync("BrokerDoesNotAnswer redis");
        await store.SignalAsync("server-redis", "-CONT");
        foreach (var order in waiting) await store.Shop.BecomesAsync(store.Buyer, order.Id, "Confirmed", Bound);

        await IsToldAsync("ConfirmationBurnsFast"); // They were late, all of them.
        await IsHeldBackAsync("ConfirmationBurnsSlowly");

        await store.RunAsync("stop", "catalog");
        // The first failures there are, all between two looks: they count, because their series was there as zero.
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => FailAsync()));
        await IsToldAsync("AvailabilityBurnsFast", "ConfirmationBurnsFast", "ServiceDown catalog");
        await IsHeldBackAsync("AvailabilityBurnsSlowly");
        await store.RunAsync("start", "catalog");
        await IsToldAsync(burnt);

        OrderView waits;
        await using (await store.HoldWritesAsync("payments"))
        {
            waits = await store.Shop.PlaceAsync(store.Buyer, store.Sku);
            await IsToldAsync([.. burnt, "EventsWaitUnhandled payments"]);
        }
        await store.Shop.BecomesAsync(store.Buyer, waits.Id, "Confirmed");
        await IsToldAsync(burnt);
        await store.VerifyAsync();
    }

    /// <summary>Its disk, its tables, its rights at the broker, its clock: without them it answers all the same.
    /// </summary>
    [Fact]
    public async Task A_process_that_answers_and_cannot_go_on_is_told_of_too()
    {
        await store.ScheduleAsync(TimeSpan.FromSeconds(10)); // Due while nothing can be written.
        await using (await store.HoldWritesAsync("payments"))
        {
            await store.RenameTableAsync("baskets", "msg_parked", "msg_parked_away");
            await IsToldAsync([.. burnt, "TimersOverdue payments"], "DatabaseDoesNotAnswer baskets");
            await store.RenameTableAsync("baskets", "msg_parked_away", "msg_parked");
            await IsToldAsync(burnt, "TimersOverdue payments");
        }
        await IsToldAsync(burnt, []);

        await store.ChangeRightsAsync("-pexpire"); // No lease can be renewed, by anybody.
        await IsToldAsync(
            burnt, [.. ListedProcesses.Reading.Select(reader => $"SubscriptionWithoutReader {reader} redis")]);
        await store.ChangeRightsAsync("+pexpire");
        await IsToldAsync(burnt, []);

        await store.RestartWithClockAsync("catalog", "+10s");
        await IsToldAsync(burnt, "ClockIsOff catalog");
        await store.RestartWithClockAsync("catalog", null);
        await IsToldAsync(burnt, []);
    }

    /// <summary>An expression over a metric that nobody has never holds, whatever is broken.</summary>
    [Fact]
    public async Task Rules_and_dashboard_name_metrics_that_the_store_has()
    {
        await UseEverythingAsync();
        var files = Path.Combine(Command.Root, "deploy", "monitoring");
        var rules = await File.ReadAllTextAsync(Path.Combine(files, "rules.yml"), Stop);
        var dashboard = await File.ReadAllTextAsync(Path.Combine(files, "dashboard.json"), Stop);
        var named = MetricName().Matches(Label().Replace(rules + dashboard, "")).Select(match => match.Value)
            .ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count > 30, string.Join(' ', named));
        List<string> missing = [];
        try
        {
            await Eventually.HoldsAsync("all are there", async () =>
            {
                missing = [.. named.Except(await store.Prometheus.MetricNamesAsync())];
                return missing.Count == 0;
            }, TimeSpan.FromSeconds(30), Stop);
        }
        catch (TimeoutException)
        {
            Assert.Empty(missing);
        }
    }

    [Fact]
    public async Task Up_starts_both_beside_the_store_and_says_where_they_are()
    {
        using var http = new HttpClient();
        var alerts = new Uri(await AddressOfAsync("server-prometheus"));
        var targets = await http.GetFromJsonAsync<JsonElement>(new Uri(alerts, "/api/v1/targets"), Stop);
        Assert.Equal(
            WatchedStore.Processes, targets.GetProperty("data").GetProperty("activeTargets").GetArrayLength());
        var groups = await http.GetFromJsonAsync<JsonElement>(new Uri(alerts, "/api/v1/rules"), Stop);
        Assert.Contains("BrokerDoesNotAnswer", groups.ToString(), StringComparison.Ordinal);
        var others = await http.GetFromJsonAsync<JsonElement>(new Uri(alerts, "/api/v1/alertmanagers"), Stop);
        Assert.Contains(
            new Uri(await AddressOfAsync("server-alertmanager")).Authority, others.ToString(),
            StringComparison.Ordinal);
    }

    private async Task<string> AddressOfAsync(string server) =>
        (await store.ServiceAsync(server)).GetProperty("address").GetString()!;

    private Task IsWatchedAsync() => Eventually.HoldsAsync("all is collected, and nothing holds", async () =>
        await store.Prometheus.ValueAsync("sum(up{job=\"tessera\"})") == WatchedStore.Processes
        && await store.Prometheus.ValueAsync("sum(tessera_messaging_store_readable)")
            == WatchedStore.ProcessesWithMessages
        && (await store.Prometheus.HoldingAsync()).Count == 0, Bound);

    /// <summary>For as long as an alert needs to fire and to be told, twice over.</summary>
    private async Task StaysQuietAsync()
    {
        var samples = "sum(count_over_time(up{job=\"tessera\"}[5m]))";
        var until = await store.Prometheus.ValueAsync(samples) + (WatchedStore.Processes * 12);
        await Eventually.HoldsAsync("it was looked at a dozen times more", async () =>
        {
            Assert.Empty(await store.Prometheus.FiringAsync());
            Assert.Empty(await store.Prometheus.ToldAsync());
            return await store.Prometheus.ValueAsync(samples) >= until;
        }, Bound);
    }

    private Task IsToldAsync(params string[] alerts) => IsToldAsync([], alerts);

    /// <param name="mayFollow">What comes of it by and by.</param>
    private async Task IsToldAsync(string[] mayFollow, params string[] alerts)
    {
        IReadOnlyList<string> told = [];
        try
        {
            await Eventually.HoldsAsync("exactly that is told", async () =>
            {
                told = await store.Prometheus.ToldAsync();
                return told.Except(mayFollow).SequenceEqual(alerts);
            }, Bound, Stop);
        }
        catch (TimeoutException)
        {
            Assert.Equal(alerts, told);
        }
    }

    /// <summary>It is so, and the page that was told says more.</summary>
    private Task IsHeldBackAsync(string alert) => Eventually.HoldsAsync(alert, async () =>
        (await store.Prometheus.FiringAsync()).Contains(alert), Bound, Stop);

    private async Task FailAsync()
    {
        using var answer = await store.Shop.TryAsync(HttpMethod.Get, $"/api/v1/products/{Guid.NewGuid()}", null, null);
        Assert.True((int)answer.StatusCode >= 500, $"{answer.StatusCode}");
    }

    /// <summary>An order that is confirmed and given back, and one that is refused.</summary>
    private async Task UseEverythingAsync()
    {
        var order = await store.Shop.PlaceAsync(store.Buyer, store.Sku);
        await store.Shop.BecomesAsync(store.Buyer, order.Id, "Confirmed");
        await store.Shop.SendAsync(HttpMethod.Post, $"/api/v1/orders/{order.Id}/cancel", null, store.Buyer);
        using var unknown = await store.Shop.TryPlaceAsync(
            store.Buyer, new PlaceOrderRequest([new PlaceOrderLine("NEVER-HEARD-OF", 1)]));
    }

    [GeneratedRegex(@"\b(?:tessera|messaging|http|dotnet|kestrel)_\w+")]
    private static partial Regex MetricName();

    /// <summary>What series are grouped or chosen by, and what a legend says of them.</summary>
    [GeneratedRegex(@"\{\{[^}]*\}\}|\{\s*[a-z_]+(?:=|!)[^}]*\}|\bby \([^)]*\)")]
    private static partial Regex Label();
}
