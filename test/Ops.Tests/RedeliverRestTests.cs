using Microsoft.Extensions.Primitives;
using Tessera.Ops.Pages.Webhooks;
using Tessera.Ops.Tests.Foreign;

namespace Tessera.Ops.Tests;

/// <summary>More deliveries than go into the queue at once.</summary>
public sealed class RedeliverRestTests
{
    private static readonly Dictionary<string, StringValues> form = new() { ["reason"] = "they were away" };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leads_to_the_rest_of_them_and_says_how_many_are_on_their_way()
    {
        var (store, id) = (new PretendedStore(), Guid.NewGuid());
        await using var console = new ConsoleOver(store);
        var path = $"/webhooks/{id}/redeliveries";
        store.Own[path] = """{"deliveries":10000,"isWhole":false,"next":"2026-03-01T12:00:00.25Z"}""";
        var (_, led) = await console.ShowAsync((me, _) => ActOnWebhook.RedeliverMany(
            id, new DeliveryFilter(State: "All", To: "2026-04-01"), me, Stop), form);
        Assert.StartsWith($"/ops/webhooks/{id}/redeliver?state=All&from=", led, StringComparison.Ordinal);
        var from = led.Split("from=")[1].Split('&')[0];
        Assert.Equal("2026-03-01T12:00:00.2500000+00:00", Uri.UnescapeDataString(from));
        Assert.Contains("&to=2026-04-01", led, StringComparison.Ordinal);
        Assert.EndsWith("&count=10000", led, StringComparison.Ordinal);

        store.Own[path] = """{"deliveries":7,"isWhole":true}""";
        var filter = new DeliveryFilter("All", null, Uri.UnescapeDataString(from), "2026-04-01");
        var (_, page) = await console.ShowAsync((me, _) => ActOnWebhook.Ask(
            id, filter, me, Stop, count: 10_000));
        Assert.Contains("10000 deliveries are on the way again. These are left:", page, StringComparison.Ordinal);
        Assert.Contains("<strong data-test=\"count\">7</strong>", page, StringComparison.Ordinal);
        Assert.Contains($"/redeliver?state=All&amp;from={from}", page, StringComparison.Ordinal);

        var (_, done) = await console.ShowAsync(
            (me, _) => ActOnWebhook.RedeliverMany(id, filter, me, Stop), form);
        Assert.Equal($"/ops/webhooks/{id}?done=redeliver&count=7", done);
    }
}
