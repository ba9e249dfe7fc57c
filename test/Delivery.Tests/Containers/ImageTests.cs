using System.Globalization;
using System.Net;
using System.Reflection.PortableExecutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tessera.Cli.Shipping;
using Tessera.Cli.Shipping.Registries;
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
        foreach (var process in ListedProcess.Own())
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
        AssertCompiledAhead();
        await images.Podman.RunAsync("pull", "-q", images.NameOf("baskets", tag));
        var image = await images.Podman.InspectAsync(images.NameOf("baskets", tag));
        Assert.Contains(
            "Npgsql", await PartsBesideAsync("tessera/baskets", image.GetProperty("Digest").GetString()!));
        using var list = JsonDocument.Parse(await File.ReadAllTextAsync(
            Path.Combine(root, "artifacts", "images", "Baskets", "baskets.cdx.json"), Stop));
        Assert.Equal("CycloneDX", list.RootElement.GetProperty("bomFormat").GetString());
        Assert.Contains("Npgsql", list.RootElement.GetProperty("components").EnumerateArray()
            .Select(part => part.GetProperty("name").GetString()));
    }

    /// <summary>What of Baskets was published last: with the native code's header in the header of the assembly
    /// (ECMA-335, II.25.3.3).</summary>
    private static void AssertCompiledAhead()
    {
        var published = Path.Combine(Cli.Up.SourceTree.Root, "artifacts", "images", "Baskets", "x64");
        foreach (var assembly in new[] { "Tessera.Baskets.dll", "Npgsql.dll" })
        {
            using var reader = new PEReader(File.OpenRead(Path.Combine(published, assembly)));
            Assert.True(reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0, assembly);
        }
    }

    [Fact]
    public async Task The_pipeline_s_push_is_known_by_the_digest_that_it_says()
    {
        await images.RequireAsync();
        using var folder = new TemporaryFolder("publish");
        var outputs = folder.File("outputs");
        var root = Cli.Up.SourceTree.Root;
        var settings = new Dictionary<string, string>
        {
            ["TESSERA_ROOT"] = root, ["MSBUILDDISABLENODEREUSE"] = "1", ["GITHUB_OUTPUT"] = outputs,
            ["ContainerBaseImage"] = await BaseOfTwoPlatformsAsync(), // Properties come from the environment too.
            ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = images.Registry, ["ContainerSource"] = "https://git.example/tea",
        };
        var said = await PublishAsync();
        var digest = (await File.ReadAllTextAsync(outputs, Stop)).Trim()["digest=".Length..];
        var name = $"{images.Registry}/tea/baskets@{digest}";
        Assert.Equal(name, said.Trim());
        Assert.Equal(said, await PublishAsync()); // Once more, as after a failure: nothing else is there afterwards.
        AssertCompiledAhead();
        // Of the two this machine takes the one that it can run; the other is looked at in the registry alone.
        await images.Podman.RunAsync("pull", "-q", name);
        var image = await images.Podman.InspectAsync(name);
        Assert.Equal("amd64", image.GetProperty("Architecture").GetString());
        var version = ListedProcess.All().Single(process => process.Name == "baskets").Version;
        var labels = image.GetProperty("Config").GetProperty("Labels");
        Assert.Equal(version, labels.GetProperty("org.opencontainers.image.version").GetString());
        Assert.Equal("https://git.example/tea", labels.GetProperty("org.opencontainers.image.source").GetString());
        var registry = ImageRegistry.At(images.Registry, "tea/baskets", isInsecure: true);
        // The tag of the version is the same index.
        var index = await registry.DescribeAsync(version, Stop);
        Assert.Equal(digest, index.Digest);
        var entries = JsonElement.Parse(index.Content).GetProperty("manifests").EnumerateArray().ToArray();
        Assert.Equal(["amd64", "arm64"], entries.Select(entry =>
            entry.GetProperty("platform").GetProperty("architecture").GetString()));
        var digests = entries.Select(entry => entry.GetProperty("digest").GetString()!).ToArray();
        Assert.Equal(2, digests.Distinct().Count());
        foreach (var each in digests.Prepend(digest))
            Assert.Contains("Npgsql", await PartsBesideAsync("tea/baskets", each));
        // Whole as well: a label that was cut at its colon would have no port.
        var other = JsonElement.Parse((await registry.DescribeAsync(digests[1], Stop)).Content);
        var config = JsonElement.Parse(await registry.ReadBlobAsync(
            other.GetProperty("config").GetProperty("digest").GetString()!, Stop));
        Assert.Equal("arm64", config.GetProperty("architecture").GetString());
        Assert.Equal(images.Registry + "/base:all", config.GetProperty("config").GetProperty("Labels")
            .GetProperty("org.opencontainers.image.base.name").GetString());

        Task<string> PublishAsync() => Tool.RunAsync(
            "dotnet",
            [
                Path.Combine(root, "artifacts/bin/Cli/release/Tessera.Cli.dll"),
                "ci", "baskets", "--publish", $"{images.Registry}/Tea/baskets",
            ],
            settings, root);
    }

    /// <summary>A base of two platforms, as Microsoft's is. What is in the second is this machine's own: nothing here
    /// could run another.</summary>
    private async Task<string> BaseOfTwoPlatformsAsync()
    {
        var registry = ImageRegistry.At(images.Registry, "base", isInsecure: true);
        var here = await registry.DescribeAsync("10", Stop);
        var manifest = JsonNode.Parse(here.Content)!;
        var config = JsonNode.Parse(await registry.ReadBlobAsync((string)manifest["config"]!["digest"]!, Stop))!;
        config["architecture"] = "arm64";
        manifest["config"] = (await registry.PushBlobAsync(
            (string)manifest["config"]!["mediaType"]!, JsonSerializer.SerializeToUtf8Bytes(config), Stop)).Descriptor();
        var there = new Described(here.MediaType, JsonSerializer.SerializeToUtf8Bytes(manifest));
        await registry.PushManifestAsync(there.Digest, there, Stop);
        await new JoinPlatforms(registry).RunAsync("all", [here.Digest, there.Digest], Stop);
        return images.Registry + "/base:all";
    }

    /// <summary>As whoever has no more than the digest finds them, in a registry without a list of what refers to
    /// what.</summary>
    private async Task<IReadOnlyList<string>> PartsBesideAsync(string repository, string digest)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var entry = Assert.Single((await ReadAsync($"manifests/{digest.Replace(':', '-')}"))
            .GetProperty("manifests").EnumerateArray());
        Assert.Equal("application/vnd.cyclonedx+json", entry.GetProperty("artifactType").GetString());
        var artifact = await ReadAsync($"manifests/{entry.GetProperty("digest").GetString()}");
        Assert.Equal(digest, artifact.GetProperty("subject").GetProperty("digest").GetString());
        var list = await ReadAsync($"blobs/{Assert.Single(artifact.GetProperty("layers").EnumerateArray())
            .GetProperty("digest").GetString()}");
        Assert.Equal("CycloneDX", list.GetProperty("bomFormat").GetString());
        return
        [
            .. list.GetProperty("components").EnumerateArray().Select(part => part.GetProperty("name").GetString()!),
        ];

        async Task<JsonElement> ReadAsync(string path)
        {
            using var request = new HttpRequestMessage(
                HttpMethod.Get, new Uri($"http://{images.Registry}/v2/{repository}/{path}"));
            request.Headers.Accept.ParseAdd("application/vnd.oci.image.index.v1+json");
            request.Headers.Accept.ParseAdd("application/vnd.oci.image.manifest.v1+json");
            using var answer = await http.SendAsync(request, Stop);
            answer.EnsureSuccessStatusCode();
            return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Stop));
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
