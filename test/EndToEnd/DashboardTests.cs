using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.EndToEnd;

/// <summary>A store with the dashboard beside it.</summary>
public sealed class StoreWithDashboard : Store
{
    public StoreWithDashboard()
        : base(("TESSERA_WITHOUT", "")) => UpWords = ["--dashboard"];
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

    /// <summary>On the embedded broker, where the service in another language is brought its events.</summary>
    private static readonly string[] untilTheMail =
    [
        "webhooks deliver webhook", "notifications process order.placed.v1", "notifications send mail order-placed",
        "users GET /users/{user:guid}/contact",
    ];

    [Fact]
    public async Task Has_the_whole_story_of_an_order_in_one_trace()
    {
        string[] story = [.. wholeStory, .. untilTheMail];
        if (await store.WaitForMailsAsync() is { } missing)
        {
            // Without Node.js it ends before the mail; not where everything must be there.
            _ = MissingServer.Reason(missing, "");
            story = wholeStory;
        }
        var buyer = await store.Shop.NewBuyerAsync();
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        var lacking = story;
        await Eventually.HoldsAsync("the trace is whole", async () =>
        {
            var traces = await TracesAsync();
            // Others have placed orders too.
            lacking = traces.Where(trace => trace.Contains(wholeStory[0]))
                .Select(trace => story.Except(trace).ToArray()).MinBy(part => part.Length) ?? story;
            return lacking.Length == 0;
        }, TimeSpan.FromSeconds(60));
        Assert.Empty(lacking);
    }

    /// <summary>What is done for many events at once is in a trace of its own: links say for which.</summary>
    [Fact]
    public async Task Has_each_event_of_an_order_linked_with_what_has_sent_it_and_what_has_settled_it()
    {
        var buyer = await store.Shop.NewBuyerAsync();
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        string[] loose = ["all"];
        try
        {
            await Eventually.HoldsAsync("all is linked", async () =>
            {
                var spans = await ExportedSpans.ReadAsync(store);
                var handled = spans.Where(span => span["messaging.operation.name"] == "process"
                    && span.Service != "notifications" && span["tessera.message.key"] == $"{order.Id}").ToList();
                loose = [.. handled.Where(process => !IsWholly(process, spans)).Select(process => $"{process}")];
                return handled.Count >= 6 && loose.Length == 0;
            }, TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Assert.Fail(string.Join(", ", loose));
        }

        static bool IsWholly(ExportedSpan process, IReadOnlyList<ExportedSpan> spans)
        {
            (string, string) published = (process.Trace, process.Parent!);
            var batch = process.Links.Count == 0
                ? null
                : spans.SingleOrDefault(span => (span.Trace, span.Id) == process.Links.Single());
            return spans.Any(span => Is(span, "create") && (span.Trace, span.Id) == published)
                && spans.Any(span => Is(span, "send") && span.Links.Contains(published))
                && spans.Any(span => Is(span, "settle") && span.Parent == (batch ?? process).Id)
                && (process.Links.Count == 0 || (Is(batch, "receive") && batch!.Links.Contains(published)));
        }

        static bool Is(ExportedSpan? span, string operation) => span?["messaging.operation.name"] == operation;
    }

    [Fact]
    public async Task Has_what_a_page_asks_the_services_in_the_trace_of_the_page()
    {
        using var page = await store.Shop.Http.GetAsync(
            new Uri($"/search?search={Guid.NewGuid():N}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(page.IsSuccessStatusCode);
        HashSet<string>[] pages = [];
        try
        {
            await Eventually.HoldsAsync("the trace of the page is whole", async () =>
            {
                pages = [.. (await TracesAsync()).Where(trace => trace.Contains("web GET /search"))];
                return pages.Any(trace => Has(trace, "gateway GET /{**") && Has(trace, "gateway GET /api/v1/products")
                    && Has(trace, "catalog GET /products"));
            }, TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Assert.Fail(string.Join("\n", pages.Select(trace => string.Join(", ", trace))));
        }

        static bool Has(HashSet<string> trace, string start) =>
            trace.Any(span => span.StartsWith(start, StringComparison.Ordinal));
    }

    /// <summary>The OpenTelemetry conventions of version 1.44.0, in what the processes of a store have sent.</summary>
    [Fact]
    public async Task Every_span_is_by_the_conventions()
    {
        var buyer = await store.Shop.NewBuyerAsync();
        var order = await store.Shop.PlaceAsync(buyer, await store.Shop.NewProductAsync());
        await store.Shop.BecomesAsync(buyer, order.Id, "Confirmed");
        // What fails has its reason: at the provider, which takes the second attempt, and at a partner.
        await store.Shop.PlaceAsync(buyer, order.Lines[0].Sku, payment: "tok_flaky");
        await Partners.FailOnceAsync(store.Shop, "nobody");
        // The pages ask the services as any client does.
        using var page = await store.Shop.Http.GetAsync(
            new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.True(page.IsSuccessStatusCode);
        IReadOnlyList<ExportedSpan> spans = [];
        string[] missing = [];
        await Eventually.HoldsAsync("spans of every kind are there", async () =>
        {
            spans = await ExportedSpans.ReadAsync(store);
            missing =
            [
                .. SpanConventions.Kinds.Where(kind => !kind.IsOfLoad && !spans.Any(kind.Is)).Select(kind => kind.What),
                .. ((string[])["payments capture", "webhooks deliver webhook"]).Where(failed =>
                    !spans.Any(span => span.IsError && $"{span}" == failed)),
            ];
            return missing.Length == 0;
        }, TimeSpan.FromSeconds(60));
        Assert.Empty(missing);
        Assert.Empty(spans.SelectMany(SpanConventions.Faults).Distinct());
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

    /// <summary>The spans of each trace: service, operation and what it is about.</summary>
    private async Task<HashSet<string>[]> TracesAsync() =>
        [.. (await ExportedSpans.ReadAsync(store)).GroupBy(span => span.Trace, span => span.ToString())
            .Select(trace => trace.ToHashSet())];
}
