using System.Text;
using Tessera.Cli.Shipping.Registries;
using Xunit;

namespace Tessera.Cli.Tests.Shipping;

/// <summary>A tag that was published says the same for ever.</summary>
public sealed class PublishedVersionTests : IDisposable
{
    private readonly FakeRegistry _registry = new();
    private readonly HttpClient _http;
    private readonly ImageRegistry _repository;

    public PublishedVersionTests()
    {
        _http = new HttpClient(_registry, disposeHandler: false);
        _repository = new ImageRegistry(_http, new Uri($"https://{FakeRegistry.Host}/"), "shop/tea");
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _http.Dispose();
        _registry.Dispose();
    }

    [Fact]
    public async Task Nothing_is_published_under_a_tag_that_nobody_pushed() =>
        Assert.Null(await PublishedVersion.FindAsync(_repository, "1.0.0", Stop));

    [Fact]
    public async Task Goes_on_with_what_the_same_commit_has_published()
    {
        string[] images = [Push("amd64", "c1"), Push("arm64", "c1")];
        var index = await new JoinPlatforms(_repository).RunAsync("1.0.0", images, Stop);
        var published = (await PublishedVersion.FindAsync(_repository, "1.0.0", Stop))!;
        published.RequireOf("c1", "shop/tea:1.0.0");
        Assert.Equal(index, published.Index);
        Assert.Equal(images, published.Images);
    }

    [Theory]
    [InlineData("c1", "c1", "c1")]
    [InlineData("c1", "c2", "a commit that it does not say")]
    [InlineData(null, null, "a commit that it does not say")]
    public async Task Refuses_to_push_over_what_another_commit_has_published(
        string? first, string? second, string named)
    {
        await new JoinPlatforms(_repository).RunAsync("1.0.0", [Push("amd64", first), Push("arm64", second)], Stop);
        var published = (await PublishedVersion.FindAsync(_repository, "1.0.0", Stop))!;
        var refused = Assert.Throws<UserError>(() => published.RequireOf("c3", "shop/tea:1.0.0"));
        Assert.Equal(
            $"shop/tea:1.0.0 is published already, from {named}, and this is c3: what a version is never changes. "
            + "Raise version.txt.", refused.Message);
    }

    private string Push(string architecture, string? revision)
    {
        var labels = revision is null ? "{}" : $$"""{ "org.opencontainers.image.revision": "{{revision}}" }""";
        var config = Encoding.UTF8.GetBytes(
            $$"""{ "architecture": "{{architecture}}", "os": "linux", "config": { "Labels": {{labels}} } }""");
        _registry.Blobs[FakeRegistry.DigestOf(config)] = config;
        return _registry.Push("any", $$"""{ "config": { "digest": "{{FakeRegistry.DigestOf(config)}}" } }""");
    }
}
