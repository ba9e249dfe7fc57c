using System.Text;
using Tessera.Cli.Releasing;
using Tessera.Cli.Shipping;
using Tessera.Cli.Shipping.Registries;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

/// <summary>A release of a service in another language, which Docker or Podman pushes.</summary>
public sealed class PublishOnceTests : IDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly HttpClient _http;
    private readonly ImageRegistry _repository;
    private readonly TemporaryFolder _folder = Some.Folder();
    private int _pushes;

    public PublishOnceTests()
    {
        _http = new HttpClient(_registry, disposeHandler: false);
        _repository = new ImageRegistry(_http, new Uri($"https://{FakeRegistry.Host}/"), "shop/tea");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _folder.Dispose();
        _http.Dispose();
        _registry.Dispose();
    }

    [Fact]
    public async Task Is_known_by_the_digest_of_what_was_pushed_and_has_its_list_of_parts_beside_it()
    {
        var digest = await PublishAsync("c1");
        Assert.Equal((await _repository.DescribeAsync("1.0.0", Stop)).Digest, digest);
        Assert.True(await new AttachParts(_repository).IsThereAsync(digest, Stop));
    }

    [Fact]
    public async Task Is_pushed_once_however_often_the_same_commit_is_published()
    {
        var digest = await PublishAsync("c1");
        var manifests = _registry.Manifests.Count;
        Assert.Equal(digest, await PublishAsync("c1"));
        Assert.Equal((1, manifests), (_pushes, _registry.Manifests.Count));
    }

    [Fact]
    public async Task Is_never_another_commit_s()
    {
        await PublishAsync("c1");
        var refused = await Assert.ThrowsAsync<UserError>(() => PublishAsync("c2"));
        Assert.Contains("Raise package.json.", refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, _pushes);
    }

    private Task<string> PublishAsync(string revision) => PublishImage.OnceAsync(
        _repository, "shop/tea", "1.0.0", revision, "package.json",
        async registry =>
        {
            _pushes++;
            var labels = $$$"""{ "config": { "Labels": { "org.opencontainers.image.revision": "{{{revision}}}" } } }""";
            var config = await registry.PushBlobAsync(
                "application/vnd.oci.image.config.v1+json", Encoding.UTF8.GetBytes(labels), Stop);
            _registry.Push("1.0.0", $$"""{ "config": { "digest": "{{config.Digest}}" } }""");
            return (await PublishedVersion.FindAsync(registry, "1.0.0", Stop))!;
        },
        async () =>
        {
            await File.WriteAllTextAsync(_folder.File("tea.cdx.json"), """{ "components": [{}] }""", Stop);
            return new PartsFile(_folder.File("tea.cdx.json"), 1);
        },
        Stop);
}
