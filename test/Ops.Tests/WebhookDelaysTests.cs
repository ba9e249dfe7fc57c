using System.Text.Json;
using Tessera.Ops.Pages.Webhooks;
using Tessera.Ops.Tests.Foreign;
using Tessera.Webhooks.Contracts;

namespace Tessera.Ops.Tests;

/// <summary>How long a partner waits for what happened, on the list and on the endpoint's own page.</summary>
public sealed class WebhookDelaysTests
{
    private static readonly Guid id = Guid.Parse("01939d3e-4444-7000-8000-000000000004");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.25, 130.0, "250 ms", "2 min")]
    [InlineData(null, null, "–", "–")] // Nothing was taken yet.
    public async Task Are_those_of_half_and_of_99_of_100_of_its_deliveries(
        double? median, double? slowest, string half, string nearlyAll)
    {
        var store = new PretendedStore();
        var endpoint = new EndpointView(
            id, Guid.NewGuid(), "https://partner.example/hook", ["order.placed.v1"], false, null, "Active", null,
            DateTimeOffset.UnixEpoch, null, null, new EndpointNumbers(0, null, 4, 4, median, 3, slowest));
        store.Own["/webhooks"] = Json(new EndpointPage([endpoint], null));
        store.Own[$"/webhooks/{id}"] = Json(endpoint);
        store.Own[$"/webhooks/{id}/deliveries"] = Json(new DeliveryPage([], null));
        store.Own[$"/webhooks/{id}/acts"] = Json(new EndpointActs([]));
        await using var console = new ConsoleOver(store);
        var (_, list) = await console.ShowAsync((me, _) => ShowWebhooks.List(me, Stop));
        var (_, one) = await console.ShowAsync((me, _) => ShowWebhooks.One(id, new DeliveryFilter(), me, Stop));
        foreach (var page in new[] { list, one })
        {
            var shown = System.Net.WebUtility.HtmlDecode(page);
            Assert.Contains($"data-test=\"median-delay\">{half}<", shown, StringComparison.Ordinal);
            Assert.Contains($"data-test=\"slowest-delay\">{nearlyAll}<", shown, StringComparison.Ordinal);
        }
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonSerializerOptions.Web);
}
