using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Tessera.Cli.Shipping;
using Tessera.Orders.Contracts;
using Tessera.Testing;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

[Collection(PlayedStore.OneStoreAtATime)]
public sealed class PlayedStoreTests(PlayedStore store, Images images) : IClassFixture<PlayedStore>
{
    private const int OrdersBeforeAndAfter = 20;
    private const int Buyers = 2;
    private static readonly TimeSpan loadTimeMax = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Each_migration_has_ended_with_0_before()
    {
        Assert.Equal(
            ListedProcess.All().Where(process => process.HasMigration).Select(process => process.Name).Order(),
            store.Migrated.Keys.Order());
        Assert.All(store.Migrated.Values, ended => Assert.Equal("0", ended));
    }

    /// <remarks>See <see cref="NetworkNamespace"/>: it would end the requests of every browser on it.</remarks>
    [Fact]
    public async Task The_machine_has_no_interface_more_for_it()
    {
        var bridge = await store.Podman.RunAsync(
            "network", "inspect", "--format", "{{.NetworkInterface}}", PlayedStore.Network);
        var inside = await Tool.RunAsync("ip", ["-o", "link"], network: store.Containers);
        Assert.Contains(bridge.Trim(), inside, StringComparison.Ordinal);
        Assert.DoesNotContain(bridge.Trim(), await Tool.RunAsync("ip", ["-o", "link"]), StringComparison.Ordinal);
    }

    [Fact]
    public Task An_order_is_confirmed_through_the_gateway() => store.Podman.ExplainAsync(async () =>
    {
        using var shop = await store.OpenAsync();
        var sku = await shop.NewProductAsync();
        var buyer = await shop.NewBuyerAsync();
        var order = await shop.PlaceAsync(buyer, sku);
        await shop.BecomesAsync(buyer, order.Id, "Confirmed", TimeSpan.FromMinutes(1));
        // The pages run as well, and find their way to the gateway.
        Assert.Contains("<html", await shop.Http.GetStringAsync("/", Stop), StringComparison.Ordinal);
    });

    [Fact]
    public async Task A_service_is_replaced_by_its_next_image_while_orders_come_in_and_none_fails()
    {
        const string tag = "99.0.0-next";
        await images.PublishAsync(tag, "orders");
        await store.Podman.ExplainAsync(async () =>
        {
            var clock = TimeProvider.System;
            using var shop = await store.OpenAsync();
            var sku = await shop.NewProductAsync(stock: 100_000);
            var buyers = await Task.WhenAll(Enumerable.Range(0, Buyers).Select(_ => shop.NewBuyerAsync()));
            var (placed, failed) = (new ConcurrentBag<(string Buyer, Guid Order)>(), new ConcurrentBag<string>());
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var placing = Task.WhenAll(buyers.Select(PlaceAsync));

            await OrdersComeInAsync();
            await store.PlayNextAsync(ListedProcess.All().Single(process => process.Name == "orders"), tag);
            var old = PlayableManifests.ContainerOf("orders");
            await store.Podman.RunAsync("stop", "-t", "45", old);
            var ended = await store.Podman.InspectAsync(old);
            await OrdersComeInAsync();
            await enough.CancelAsync();
            await placing;

            Assert.True(failed.IsEmpty, string.Join('\n', failed.Take(5))); // Whole: half an answer explains nothing.
            Assert.Equal(0, ended.GetProperty("State").GetProperty("ExitCode").GetInt32()); // Told, not killed.
            await Eventually.HoldsAsync("all of them are confirmed", async () =>
            {
                foreach (var (buyer, order) in placed)
                    if ((await shop.OrderAsync(buyer, order)).State != "Confirmed") return false;
                return true;
            }, TimeSpan.FromMinutes(1), Stop);
            var next = await store.Podman.InspectAsync(PlayableManifests.ContainerOf("orders", isNext: true));
            Assert.Equal(images.NameOf("orders", tag), next.GetProperty("ImageName").GetString());

            Task OrdersComeInAsync()
            {
                var before = placed.Count;
                return Eventually.HoldsAsync(
                    "orders come in", () => placed.Count >= before + OrdersBeforeAndAfter, loadTimeMax, Stop);
            }

            async Task PlaceAsync(string buyer)
            {
                while (!enough.IsCancellationRequested)
                {
                    var sent = clock.GetUtcNow();
                    try
                    {
                        using var answer = await shop.TryPlaceAsync(
                            buyer, new PlaceOrderRequest([new PlaceOrderLine(sku, 1)], null));
                        var text = await answer.Content.ReadAsStringAsync(Stop);
                        if (answer.StatusCode != HttpStatusCode.Created)
                            failed.Add($"{answer.StatusCode} at {sent:O}, after {clock.GetUtcNow() - sent}: {text}");
                        else placed.Add((buyer, JsonDocument.Parse(text).RootElement.GetProperty("id").GetGuid()));
                    }
                    catch (HttpRequestException broken)
                    {
                        failed.Add($"At {sent:O}: {broken}");
                    }
                }
            }
        });
    }
}
