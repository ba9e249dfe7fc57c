using Tessera.Cli.Shipping;
using Tessera.Cli.Up;
using Tessera.EndToEnd;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

/// <summary>The Compose file as a whole, run by <c>podman-compose</c> with the images of the registry.</summary>
[Collection(PlayedStore.OneStoreAtATime)]
public sealed class ComposedStoreTests(Images images)
{
    private const string Project = "tessera";
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Comes_up_confirms_an_order_and_goes_down()
    {
        Podman.RequireNetworks();
        Tool.Require("podman-compose");
        await images.RequireServersAsync();
        using var folder = new TemporaryFolder("compose");
        foreach (var file in new[] { "compose.yaml", "settings.env" })
            File.Copy(Path.Combine(SourceTree.Root, "deploy", "compose", file), folder.File(file));
        var all = ListedProcess.All();
        await StoreSecrets.WriteAsync(
            folder.File("secrets"), StoreSecrets.Make(all), all.Select(process => process.Name), Stop);
        await StoreAccess.WriteAsync(folder.Path, folder.File("secrets"));
        var port = FreePort.Next();
        var environment = new Dictionary<string, string>(images.Podman.Environs)
        {
            ["TESSERA_IMAGES"] = $"{images.Registry}/tessera",
            ["TESSERA_PORT"] = $"{port}",
        };
        // As the file's own name of the project: this one would take the folder's.
        Task ComposeAsync(params string[] words) =>
            Tool.RunAsync("podman-compose", ["-p", Project, .. words], environment, folder.Path);

        await images.Podman.ExplainAsync(async () =>
        {
            await ComposeAsync("up", "-d");
            await StoreAccess.AwaitAsync(port, folder.Path, Stop);
            using var shop = await Shop.OpenAsync(port, folder.Path);
            var sku = await shop.NewProductAsync();
            var buyer = await shop.NewBuyerAsync();
            var order = await shop.PlaceAsync(buyer, sku);
            await shop.BecomesAsync(buyer, order.Id, "Confirmed", TimeSpan.FromMinutes(1));
        });
        await ComposeAsync("down", "-v");
        Assert.DoesNotContain(
            Project + "_", await images.Podman.RunAsync("ps", "-a", "--format", "{{.Names}}"),
            StringComparison.Ordinal);
    }
}
