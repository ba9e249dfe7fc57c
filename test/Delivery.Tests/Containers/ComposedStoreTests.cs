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
        await File.AppendAllLinesAsync(
            folder.File("settings.env"), CompiledAhead.QuickStart.Select(each => $"{each.Key}={each.Value}"), Stop);
        var all = ListedProcess.All();
        await StoreSecrets.WriteAsync(
            folder.File("secrets"), StoreSecrets.Make(all), all.Select(process => process.Name), Stop);
        await StoreAccess.WriteAsync(folder.Path, folder.File("secrets"));
        // The others' images are not made by these tests; the store is whole without them.
        var own = ListedProcess.Own().Select(process => process.Name).ToList();
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
            await ComposeAsync(["up", "-d", .. own, "postgres", "rabbitmq"]);
            await StoreAccess.AwaitAsync(port, folder.Path, Stop);
            using var shop = await Shop.OpenAsync(port, folder.Path);
            var sku = await shop.NewProductAsync();
            var buyer = await shop.NewBuyerAsync();
            var order = await shop.PlaceAsync(buyer, sku);
            await shop.BecomesAsync(buyer, order.Id, "Confirmed", TimeSpan.FromMinutes(1));
        });
        // `down` would stop one after the other, and this version give each a second.
        var processes = own.Select(name => $"{Project}_{name}_1").ToArray();
        await images.Podman.RunAsync(["stop", "-t", "45", .. processes]);
        foreach (var process in processes)
        {
            var ended = (await images.Podman.InspectAsync(process)).GetProperty("State");
            Assert.Equal((process, 0), (process, ended.GetProperty("ExitCode").GetInt32()));
        }
        await ComposeAsync("down", "-v");
        Assert.DoesNotContain(
            Project + "_", await images.Podman.RunAsync("ps", "-a", "--format", "{{.Names}}"),
            StringComparison.Ordinal);
    }
}
