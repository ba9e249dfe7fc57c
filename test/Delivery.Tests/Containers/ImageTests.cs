using System.Globalization;
using System.Net;
using Tessera.Cli.Shipping;
using Tessera.Testing;
using Tessera.Testing.Servers;
using Xunit;

namespace Tessera.Delivery.Tests.Containers;

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
            Assert.Equal("1.0.0", labels.GetProperty("org.opencontainers.image.version").GetString());
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
        File.WriteAllText(secrets.File("Listen__Http1"), $"127.0.0.1:{port}\n");
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        // As orchestrators mount it: readable for whom it is meant.
        var container = (await images.Podman.RunAsync(
            "run", "-d", "--read-only", "--cap-drop=all", "--security-opt=no-new-privileges", "--tmpfs=/tmp",
            "-v", $"{secrets.Path}:/run/secrets/tessera:ro", "-e", "Tessera__SecretsDirectory=/run/secrets/tessera",
            "-e", "Listen__Http2=none", "-v", "baskets:/data", images.NameOf("baskets"))).Trim();
        await Eventually.HoldsAsync("it is ready", async () => (await http.GetAsync(
            new Uri($"http://127.0.0.1:{port}/health/ready"), Stop)).StatusCode == HttpStatusCode.OK,
            TimeSpan.FromMinutes(1), Stop);
        var status = await File.ReadAllLinesAsync(
            $"/proc/{await images.Podman.ProcessOfAsync(container)}/status", Stop);
        Assert.Contains(status, line => line.StartsWith("Uid:\t1654\t1654", StringComparison.Ordinal));
        Assert.Contains("CapEff:\t0000000000000000", status);
        await images.Podman.RunAsync("stop", "-t", "30", container);
        var ended = await images.Podman.RunAsync("inspect", "--format", "{{.State.ExitCode}}", container);
        Assert.Equal(0, int.Parse(ended, CultureInfo.InvariantCulture));
        await images.Podman.RunAsync("rm", "-f", container);
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
