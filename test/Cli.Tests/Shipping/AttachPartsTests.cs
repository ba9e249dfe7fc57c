using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Tessera.Cli.Shipping.Registries;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

/// <summary>A list of parts beside an image, in registries of each kind. Delivery.Tests have a real one.</summary>
public sealed class AttachPartsTests
{
    private const string List = """{ "bomFormat": "CycloneDX" }""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Refers_to_the_image_and_holds_the_list()
    {
        using var registry = new FakeRegistry { KeepsReferrers = true };
        var image = registry.Push("1.0.0", "{ }");
        var artifact = await AttachAsync(registry, "1.0.0", List);
        var manifest = JsonNode.Parse(registry.Manifests[artifact].Content)!;
        Assert.Equal("application/vnd.cyclonedx+json", (string)manifest["artifactType"]!);
        Assert.Equal(image, (string)manifest["subject"]!["digest"]!);
        Assert.Equal(3, (int)manifest["subject"]!["size"]!);
        Assert.Equal("{}", Encoding.UTF8.GetString(registry.Blobs[(string)manifest["config"]!["digest"]!]));
        var layer = Assert.Single(manifest["layers"]!.AsArray())!;
        Assert.Equal(List, Encoding.UTF8.GetString(registry.Blobs[(string)layer["digest"]!]));
        Assert.Equal("tea.cdx.json", (string)layer["annotations"]!["org.opencontainers.image.title"]!);
    }

    [Fact]
    public async Task A_registry_that_keeps_the_list_itself_gets_no_tag_of_ours()
    {
        using var registry = new FakeRegistry { KeepsReferrers = true };
        var image = registry.Push("1.0.0", "{ }");
        await AttachAsync(registry, image, List);
        Assert.DoesNotContain(image.Replace(':', '-'), registry.Manifests.Keys);
    }

    [Fact]
    public async Task In_one_that_does_not_it_is_in_the_index_that_is_named_after_the_image_with_what_was_there_before()
    {
        using var registry = new FakeRegistry();
        var image = registry.Push("1.0.0", "{ }");
        var first = await AttachAsync(registry, image, List);
        var second = await AttachAsync(registry, image, """{ "bomFormat": "CycloneDX", "version": 2 }""");
        await AttachAsync(registry, image, List); // The same once more is there already.
        var (type, content) = registry.Manifests[image.Replace(':', '-')];
        Assert.Equal("application/vnd.oci.image.index.v1+json", type);
        var entries = JsonNode.Parse(content)!["manifests"]!.AsArray();
        Assert.Equal([first, second], entries.Select(entry => (string)entry!["digest"]!));
        Assert.All(entries, entry =>
        {
            Assert.Equal("application/vnd.cyclonedx+json", (string)entry!["artifactType"]!);
            Assert.Equal("application/vnd.oci.image.manifest.v1+json", (string)entry["mediaType"]!);
            Assert.Equal(registry.Manifests[(string)entry["digest"]!].Content.Length, (int)entry["size"]!);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Finds_the_list_that_is_beside_an_image_and_no_other_artifact(bool keepsReferrers)
    {
        using var registry = new FakeRegistry { KeepsReferrers = keepsReferrers };
        using var http = new HttpClient(registry, disposeHandler: false);
        var parts = new AttachParts(new ImageRegistry(http, new Uri($"https://{FakeRegistry.Host}/"), "shop/tea"));
        var (image, other) = (registry.Push("1.0.0", "{ }"), registry.Push("1.1.0", "{  }"));
        await parts.RunAsync(other, "tea.cdx.json", Encoding.UTF8.GetBytes(List), Stop);
        Assert.Equal((false, true), (await parts.IsThereAsync(image, Stop), await parts.IsThereAsync(other, Stop)));
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Basic")]
    public async Task Signs_in_where_it_is_asked_to_and_tells_nobody_else(string scheme)
    {
        using var registry = new FakeRegistry { Password = "tea:secret", Scheme = scheme };
        await AttachAsync(registry, registry.Push("1.0.0", "{ }"), List, new NetworkCredential("tea", "secret"));
        var basic = "Basic " + Convert.ToBase64String("tea:secret"u8.ToArray());
        var knows = scheme == "Bearer" ? new Uri(FakeRegistry.Realm).Host : FakeRegistry.Host;
        Assert.Equal(
            [knows], registry.Told.Where(each => each.Authorization == basic).Select(each => each.Host).Distinct());
        var storage = registry.Told.Where(each => each.Host == FakeRegistry.Storage).ToArray();
        Assert.NotEmpty(storage);
        Assert.All(storage, each => Assert.Null(each.Authorization));
        // One token to read, one to write, and each is used until it does not do.
        if (scheme == "Bearer") Assert.Equal(2, registry.Told.Count(each => each.Host == knows));
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Bearer realm=\"https://storage.test/token\",service=\"x\",scope=\"all\"")]
    public async Task Tells_nothing_to_another_host_that_asks(string challenge)
    {
        using var registry = new FakeRegistry { Password = "tea:secret", StorageAsks = challenge };
        var refused = await Assert.ThrowsAsync<UserError>(() => AttachAsync(
            registry, registry.Push("1.0.0", "{ }"), List, new NetworkCredential("tea", "secret")));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        var storage = registry.Told.Where(each => each.Host == FakeRegistry.Storage).ToArray();
        Assert.NotEmpty(storage);
        Assert.All(storage, each => Assert.Null(each.Authorization));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData(null)]
    public async Task Says_what_is_missing_to_whoever_is_not_let_in(string? password)
    {
        using var registry = new FakeRegistry { Password = "tea:secret" };
        registry.Push("1.0.0", "{ }");
        var refused = await Assert.ThrowsAsync<UserError>(() => AttachAsync(
            registry, "1.0.0", List, password is null ? null : new NetworkCredential("tea", password)));
        Assert.Equal(
            "registry.test answered 401 to GET /v2/shop/tea/manifests/1.0.0; DOTNET_CONTAINER_REGISTRY_UNAME and "
            + "DOTNET_CONTAINER_REGISTRY_PWORD say who you are",
            refused.Message);
    }

    [Fact]
    public async Task An_image_that_is_not_there_has_no_list_beside_it()
    {
        using var registry = new FakeRegistry();
        var refused = await Assert.ThrowsAsync<UserError>(() => AttachAsync(registry, "1.0.0", List));
        Assert.Equal("registry.test/shop/tea has no 1.0.0.", refused.Message);
        Assert.Empty(registry.Manifests);
    }

    private static async Task<string> AttachAsync(
        FakeRegistry registry, string image, string list, NetworkCredential? who = null)
    {
        // The registry outlives it.
        var address = new Uri($"https://{FakeRegistry.Host}/");
        using var http = new HttpClient(
            new RegistrySignIn(address, who) { InnerHandler = registry }, disposeHandler: false);
        return await new AttachParts(new ImageRegistry(http, address, "shop/tea"))
            .RunAsync(image, "tea.cdx.json", Encoding.UTF8.GetBytes(list), Stop);
    }
}
