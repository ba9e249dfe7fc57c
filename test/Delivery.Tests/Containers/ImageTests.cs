using Tessera.Cli.Shipping;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

public sealed class ImageTests(Images images)
{
    [Fact]
    public async Task Every_process_is_an_image_that_says_what_it_is_and_is_nobody_s_root()
    {
        await images.RequireAsync();
        foreach (var process in ListedProcess.All())
        {
            var image = await images.Podman.InspectAsync(images.NameOf(process.Name));
            var config = image.GetProperty("Config");
            var labels = config.GetProperty("Labels");
            Assert.Equal("1654", config.GetProperty("User").GetString());
            Assert.Equal("amd64", image.GetProperty("Architecture").GetString());
            Assert.Equal("MIT", labels.GetProperty("org.opencontainers.image.licenses").GetString());
            Assert.Matches(
                @"^\d+\.\d+\.\d+$", labels.GetProperty("org.opencontainers.image.version").GetString());
            Assert.Equal(
                $"Tessera {process.Project}", labels.GetProperty("org.opencontainers.image.title").GetString());
            Assert.Equal(40, labels.GetProperty("org.opencontainers.image.revision").GetString()!.Length);
            // Built in several architectures at once, it would end at its first colon.
            Assert.EndsWith("/base:10", labels.GetProperty("org.opencontainers.image.base.name").GetString());
            Assert.False(labels.TryGetProperty("org.opencontainers.image.created", out _));
        }
    }

    [Fact]
    public async Task The_other_architecture_has_the_same_assemblies_and_native_libraries_of_its_own()
    {
        const string project = "src/Services/Inventory/Inventory.csproj";
        var root = Cli.Up.SourceTree.Root;
        await Tool.RunAsync(
            "dotnet", ["msbuild", project, "-t:Publish", "-p:NoBuild=true;Configuration=Release;ImageArch=arm64"],
            new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1" }, root);
        var published = Path.Combine(root, "artifacts", "images", "Inventory", "arm64");
        Assert.True(File.Exists(Path.Combine(published, "Tessera.Inventory.dll")));
        Assert.False(File.Exists(Path.Combine(published, "Tessera.Inventory")));
        Assert.Equal(
            ["linux-arm64"],
            Directory.EnumerateDirectories(Path.Combine(published, "runtimes")).Select(Path.GetFileName));
    }
}
