using System.Text.Json;
using Tessera.Testing;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A store with the dashboard beside it.</summary>
public sealed class StoreWithDashboard : Store
{
    public StoreWithDashboard() => UpWords = ["--dashboard"];
}

/// <summary>What the dashboard is told, and whom it tells.</summary>
public sealed class DashboardTests(StoreWithDashboard store) : IClassFixture<StoreWithDashboard>
{
    private static readonly string[] wholeStory =
    [
        "gateway POST /api/v1/orders/{**rest}", "orders POST /orders/", "orders create orders.order-placed.v1",
        "inventory process orders.order-placed.v1", "inventory create inventory.stock-reserved.v1",
        "orders process inventory.stock-reserved.v1", "orders create orders.payment-requested.v1",
        "payments process orders.payment-requested.v1", "payments capture", "payments record answer",
        "payments create payments.payment-captured.v1", "orders process payments.payment-captured.v1",
        "orders create orders.order-confirmed.v1", "inventory process orders.order-confirmed.v1",
        "inventory create inventory.stock-committed.v1", "orders process inventory.stock-committed.v1",
    ];

    [Fact]
    public async Task Has_the_whole_story_of_an_order_in_one_trace()
    {
        var buyer = await store.Shop.NewBuyerAsync();
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        var missing = wholeStory;
        await Eventually.HoldsAsync("the trace is whole", async () =>
        {
            var traces = await TracesAsync();
            var own = traces.SingleOrDefault(trace => trace.Contains(wholeStory[0]));
            missing = [.. wholeStory.Except(own ?? [])];
            return missing.Length == 0;
        }, TimeSpan.FromSeconds(60));
        Assert.Empty(missing);
    }

    [Fact]
    public async Task Shows_nothing_to_who_has_not_its_token()
    {
        var address = (await ServiceAddressAsync()).Split("/login")[0];
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        using var page = await http.GetAsync(
            new Uri(address + "/traces"), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Found, page.StatusCode);
        Assert.Contains("/login", page.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var api = await http.GetAsync(
            new Uri(address + "/api/telemetry/spans"), TestContext.Current.CancellationToken);
        Assert.False(api.IsSuccessStatusCode);
        using var entry = await http.GetAsync(
            new Uri(await ServiceAddressAsync()), TestContext.Current.CancellationToken);
        Assert.Equal(System.Net.HttpStatusCode.Found, entry.StatusCode);
        Assert.NotEmpty(entry.Headers.GetValues("Set-Cookie"));
    }

    private async Task<string> ServiceAddressAsync() =>
        (await store.ServiceAsync("server-dashboard")).GetProperty("address").GetString()!;

    /// <summary>The spans of each trace: service and name.</summary>
    private async Task<HashSet<string>[]> TracesAsync()
    {
        var address = (await ServiceAddressAsync()).Split("/login")[0];
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add(
            "x-api-key", (await File.ReadAllTextAsync(Path.Combine(store.Data, "servers", "dashboard", "key"))).Trim());
        using var answer = JsonDocument.Parse(await http.GetStringAsync(
            new Uri(address + "/api/telemetry/spans?limit=5000")));
        var spans =
            from resource in answer.RootElement.GetProperty("data").GetProperty("resourceSpans").EnumerateArray()
            let service = resource.GetProperty("resource").GetProperty("attributes").EnumerateArray()
                .Single(each => each.GetProperty("key").GetString() == "service.name")
                .GetProperty("value").GetProperty("stringValue").GetString()
            from scope in resource.GetProperty("scopeSpans").EnumerateArray()
            from span in scope.GetProperty("spans").EnumerateArray()
            select (Trace: span.GetProperty("traceId").GetString(), Name: $"{service} {span.GetProperty("name")}");
        return [.. spans.GroupBy(span => span.Trace, span => span.Name).Select(trace => trace.ToHashSet())];
    }
}
