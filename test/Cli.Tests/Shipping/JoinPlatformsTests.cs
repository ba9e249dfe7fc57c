using System.Text;
using System.Text.Json.Nodes;
using Tessera.Cli.Shipping.Registries;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

public sealed class JoinPlatformsTests
{
    private const string Docker = "application/vnd.docker.distribution.manifest.v2+json";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lists_each_image_with_the_platform_that_it_says()
    {
        using var registry = new FakeRegistry();
        string[] images = [Push(registry, "amd64"), Push(registry, "arm64")];
        var digest = await JoinAsync(registry, images);
        var (type, content) = registry.Manifests["1.0.0"];
        Assert.Equal((FakeRegistry.DigestOf(content), "application/vnd.oci.image.index.v1+json"), (digest, type));
        var entries = JsonNode.Parse(content)!["manifests"]!.AsArray();
        Assert.Equal(images, entries.Select(entry => (string)entry!["digest"]!));
        Assert.Equal(
            ["linux/amd64", "linux/arm64"],
            entries.Select(entry => $"{entry!["platform"]!["os"]}/{entry["platform"]!["architecture"]}"));
    }

    [Fact]
    public async Task Of_Docker_s_own_kind_when_the_images_are()
    {
        using var registry = new FakeRegistry();
        await JoinAsync(registry, Push(registry, "amd64", Docker), Push(registry, "arm64", Docker));
        Assert.Equal("application/vnd.docker.distribution.manifest.list.v2+json", registry.Manifests["1.0.0"].Type);
    }

    [Fact]
    public async Task Refuses_two_of_one_platform_and_names_the_cause()
    {
        using var registry = new FakeRegistry();
        var refused = await Assert.ThrowsAsync<UserError>(() => JoinAsync(
            registry, Push(registry, "amd64"), Push(registry, "amd64", Docker)));
        Assert.Equal(
            "Two images are for linux/amd64: the base image is of one platform, and one of several is needed.",
            refused.Message);
        Assert.DoesNotContain("1.0.0", registry.Manifests.Keys);
    }

    private static async Task<string> JoinAsync(FakeRegistry registry, params string[] images)
    {
        // The registry outlives it.
        using var http = new HttpClient(registry, disposeHandler: false);
        return await new JoinPlatforms(new ImageRegistry(http, new Uri($"https://{FakeRegistry.Host}/"), "shop/tea"))
            .RunAsync("1.0.0", images, Stop);
    }

    private static string Push(FakeRegistry registry, string architecture, string? type = null)
    {
        var config = Encoding.UTF8.GetBytes($$"""{ "architecture": "{{architecture}}", "os": "linux" }""");
        registry.Blobs[FakeRegistry.DigestOf(config)] = config;
        var image = registry.Push(
            "any", $$"""{ "mediaType": "{{type}}", "config": { "digest": "{{FakeRegistry.DigestOf(config)}}" } }""");
        if (type is not null) registry.Manifests[image] = (type, registry.Manifests[image].Content);
        return image;
    }
}
