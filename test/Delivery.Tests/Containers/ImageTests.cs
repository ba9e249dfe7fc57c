using System.Globalization;
using System.Net;
using System.Text.Json;
using Tessera.Cli.Shipping;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

[Collection(PlayedStore.OneStoreAtATime)]
public sealed class ImageTests(Images images)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
            Assert.Equal(process.Version, labels.GetProperty("org.opencontainers.image.version").GetString());
            Assert.Equal(
                $"Tessera {process.Project}", labels.GetProperty("org.opencontainers.image.title").GetString());
            Assert.Equal(40, labels.GetProperty("org.opencontainers.image.revision").GetString()!.Length);
            // Built in several architectures at once, it would end at its first colon.
            Assert.EndsWith("/base:10", labels.GetProperty("org.opencontainers.image.base.name").GetString());
            Assert.False(labels.TryGetProperty("org.opencontainers.image.created", out _));
        }
    }

    [Fact]
    public async Task Runs_with_a_read_only_root_as_nobody_takes_secrets_by_file_and_ends_when_told()
    {
        await images.RequireAsync();
        using var secrets = new TemporaryFolder("secrets");
        var port = FreePort.Next();
        await File.WriteAllTextAsync(secrets.File("Listen__Http1"), $"127.0.0.1:{port}\n", Stop);
        // As orchestrators mount it: readable for whom it is meant.
        await Tool.RunAsync("chmod", ["0755", secrets.Path]);
        await images.Podman.RunAsync(
            "run", "-d", "--name", "lone", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges",
            "--tmpfs=/tmp", "-v", $"{secrets.Path}:/run/secrets/tessera:ro", "-e",
            "Tessera__SecretsDirectory=/run/secrets/tessera", "-e", "Listen__Http2=none", "-v", "lone-data:/data",
            images.NameOf("baskets"));
        await images.Podman.ExplainAsync(async () =>
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            await Eventually.HoldsAsync("it is ready", async () => (await http.GetAsync(
                new Uri($"http://127.0.0.1:{port}/health/ready"), Stop)).StatusCode == HttpStatusCode.OK,
                TimeSpan.FromMinutes(2), Stop);
        });
        var status = await File.ReadAllLinesAsync(
            $"/proc/{await images.Podman.ProcessOfAsync("lone")}/status", Stop);
        Assert.Contains(status, line => line.StartsWith("Uid:\t1654\t1654", StringComparison.Ordinal));
        Assert.Contains("CapEff:\t0000000000000000", status);
        await images.Podman.RunAsync("stop", "-t", "45", "lone");
        var ended = await images.Podman.RunAsync("inspect", "--format", "{{.State.ExitCode}}", "lone");
        Assert.Equal(0, int.Parse(ended, CultureInfo.InvariantCulture));
        await images.Podman.RunAsync("rm", "-f", "lone");
    }

    [Fact]
    public async Task The_command_builds_pushes_and_lists_the_parts_beside()
    {
        const string tag = "by-command";
        await images.RequireAsync();
        var root = Cli.Up.SourceTree.Root;
        var said = await Tool.RunAsync(
            "dotnet",
            [
                Path.Combine(root, "artifacts/bin/Cli/release/Tessera.Cli.dll"), "image", "baskets",
                "--registry", images.Registry, "--base", images.Base, "--insecure", "--tag", tag,
            ],
            new Dictionary<string, string> { ["TESSERA_ROOT"] = root, ["MSBUILDDISABLENODEREUSE"] = "1" }, root);
        Assert.Contains("baskets.cdx.json", said, StringComparison.Ordinal);
        await images.Podman.RunAsync("pull", "-q", images.NameOf("baskets", tag));
        using var list = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(root, "artifacts", "images", "Baskets", "baskets.cdx.json"), Stop));
        Assert.Equal("CycloneDX", list.RootElement.GetProperty("bomFormat").GetString());
        Assert.Contains("Npgsql", list.RootElement.GetProperty("components").EnumerateArray()
            .Select(part => part.GetProperty("name").GetString()));
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
