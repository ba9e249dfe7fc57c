using System.Collections.Concurrent;
using System.Net;
using Tessera.Cli.Shipping;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

public sealed class PlayedStoreTests(PlayedStore store, Images images) : IClassFixture<PlayedStore>
{
    private const int OrdersBeforeAndAfter = 20;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_is_confirmed_through_the_gateway()
    {
        using var shop = await store.OpenAsync();
        var sku = await shop.NewProductAsync();
        var buyer = await shop.NewBuyerAsync();
        var order = await shop.PlaceAsync(buyer, sku);
        await shop.BecomesAsync(buyer, order.Id, "Confirmed", TimeSpan.FromMinutes(1));
        // The pages run as well, and find their way to the gateway.
        Assert.Contains("<html", await shop.Http.GetStringAsync("/", Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_migration_has_ended_with_0()
    {
        foreach (var process in ListedProcess.All().Where(process => process.HasServers))
        {
            var ended = await store.Podman.InspectAsync($"{process.Name}-migrate-{process.Name}");
            var state = ended.GetProperty("State");
            Assert.Equal("exited", state.GetProperty("Status").GetString());
            Assert.Equal(0, state.GetProperty("ExitCode").GetInt32());
        }
    }

    [Fact]
    public async Task A_service_is_replaced_by_its_next_image_while_orders_come_in_and_none_fails()
    {
        await images.PublishAsync("1.0.1", "orders");
        using var shop = await store.OpenAsync();
        var sku = await shop.NewProductAsync(stock: 100_000);
        var buyer = await shop.NewBuyerAsync();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var (placed, failed) = (new ConcurrentBag<Guid>(), new ConcurrentBag<string>());
        var placing = PlaceAsync();

        await Eventually.HoldsAsync("orders come in", () => placed.Count >= OrdersBeforeAndAfter, null, Stop);
        var next = await StartNextAsync();
        await store.Podman.RunAsync("pod", "stop", "-t", "45", "orders-pod-0");
        var before = placed.Count;
        await Eventually.HoldsAsync(
            "orders go on", () => placed.Count >= before + OrdersBeforeAndAfter, null, Stop);
        await enough.CancelAsync();
        await placing;

        Assert.Empty(failed);
        await Eventually.HoldsAsync("all of them are confirmed", async () =>
        {
            foreach (var order in placed)
                if ((await shop.OrderAsync(buyer, order)).State != "Confirmed") return false;
            return true;
        }, TimeSpan.FromMinutes(1), Stop);
        Assert.Equal("1.0.1", (await store.Podman.InspectAsync(next)).GetProperty("ImageName").GetString()![^5..]);

        async Task PlaceAsync()
        {
            while (!enough.IsCancellationRequested)
            {
                using var answer = await shop.TryPlaceAsync(
                    buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null));
                var text = await answer.Content.ReadAsStringAsync(Stop);
                if (answer.StatusCode != HttpStatusCode.Created) failed.Add($"{answer.StatusCode} {text}");
                else placed.Add(System.Text.Json.JsonDocument.Parse(text).RootElement.GetProperty("id").GetGuid());
            }
        }
    }

    /// <summary>The next version beside the old one, ready.</summary>
    private async Task<string> StartNextAsync()
    {
        List<string> words =
        [
            "run", "-d", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--tmpfs=/tmp",
            "-v", $"{store.SecretsOf("orders")}:/run/secrets/tessera:ro", "-v", "orders-next:/data",
        ];
        foreach (var (key, value) in store.Playable.SettingsOf()) words.AddRange(["-e", $"{key}={value}"]);
        words.AddRange(["-e", "Listen__Http1=none", "-e", $"Listen__Http2=127.0.0.1:{store.NextOrders}"]);
        var next = (await store.Podman.RunAsync([.. words, images.NameOf("orders", "1.0.1")])).Trim();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await Eventually.HoldsAsync("the next version is ready", async () => (await http.GetAsync(
            new Uri($"http://127.0.0.1:{store.NextOrders}/health/ready"), Stop)).IsSuccessStatusCode,
            TimeSpan.FromMinutes(1), Stop);
        return next;
    }
}
