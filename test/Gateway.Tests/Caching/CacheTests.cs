using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Tessera.Testing;

namespace Tessera.Gateway.Tests;

/// <summary>A gateway that keeps answers for longer than a test takes.</summary>
public sealed class CachingGatewayProcess : GatewayProcess
{
    private readonly TemporaryFolder _folder = new("caching");

    protected override (string Key, string Value)[] Settings
    {
        get
        {
            var file = _folder.File("routes.json");
            File.WriteAllText(file, """
                { "routes": [
                  { "path": "/products/{**rest}", "methods": ["GET"], "service": "catalog", "policy": "anonymous",
                    "cache": "00:10:00", "compress": true },
                  { "path": "/products/{**rest}", "methods": ["POST", "PUT"], "service": "catalog",
                    "policy": "anonymous" },
                  { "path": "/plain/{**rest}", "service": "catalog", "policy": "anonymous" }
                ] }
                """);
            return [("Gateway:RoutesFile", file), ("Gateway:UpstreamTimeout", "00:05:00")];
        }
    }
}

public sealed class CacheTests(CachingGatewayProcess gateway) : IClassFixture<CachingGatewayProcess>
{
    private const string Etag = "\"3\"";

    [Fact]
    public async Task Keeps_an_answer_until_something_is_written()
    {
        var path = Path();
        var first = await NumberAsync(path);
        Assert.Equal(first, await NumberAsync(path));
        Assert.Equal(first, await NumberAsync(path, gateway.Customer));
        using var write = await gateway.SendAsync("PUT", "/products/other", null, new { });
        Assert.Equal(HttpStatusCode.OK, write.StatusCode);
        Assert.True(await NumberAsync(path) > first);
    }

    [Fact]
    public async Task Keeps_what_differs_by_letter_case_or_query_apart()
    {
        var path = Path();
        var numbers = new HashSet<int>();
        foreach (var each in new[] { path + "/a", path + "/A", path + "/a?size=1", path + "/a?size=2" })
            numbers.Add(await NumberAsync(each));
        Assert.Equal(4, numbers.Count);
    }

    [Fact]
    public async Task Keeps_nothing_of_a_route_without_cache()
    {
        var path = "/plain/numbered/" + Guid.NewGuid();
        Assert.True(await NumberAsync(path) < await NumberAsync(path));
    }

    [Theory]
    [InlineData("no-cache")]
    [InlineData("no-store")]
    [InlineData("private")]
    public async Task Keeps_nothing_that_says_it_is_for_now_or_for_one_alone(string said)
    {
        var path = $"{Path()}?cache={said}";
        Assert.True(await NumberAsync(path) < await NumberAsync(path));
    }

    [Fact]
    public async Task Asks_the_service_once_for_many_who_want_the_same()
    {
        var seen = gateway.Orders.Seen;
        var path = $"/products/held?{Guid.NewGuid()}";
        var answers = Enumerable.Range(0, 20).Select(_ => gateway.SendAsync("GET", path)).ToArray();
        await Eventually.HoldsAsync("one is with the service", () => gateway.Orders.Held == 1);
        gateway.Orders.Release();
        foreach (var answer in await Task.WhenAll(answers)) Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, gateway.Orders.Seen - seen);
    }

    [Fact]
    public async Task Answers_304_to_who_has_it_from_the_cache_and_from_the_service()
    {
        var path = Path();
        using var fromService = await gateway.SendAsync("GET", path, null, null, ("If-None-Match", Etag));
        await NumberAsync(path);
        var seen = gateway.Orders.Seen;
        using var fromCache = await gateway.SendAsync("GET", path, null, null, ("If-None-Match", Etag));
        Assert.Equal(
            (HttpStatusCode.NotModified, HttpStatusCode.NotModified), (fromService.StatusCode, fromCache.StatusCode));
        Assert.Equal((Etag, Etag), (fromService.Headers.ETag!.ToString(), fromCache.Headers.ETag!.ToString()));
        Assert.Equal(seen, gateway.Orders.Seen);
    }

    [Theory]
    [InlineData("br", "\"3-br\"")]
    [InlineData("gzip", "\"3-gzip\"")]
    [InlineData("identity", "\"3\"")]
    public async Task Compresses_for_who_takes_it_under_a_tag_of_its_own(string coding, string tag)
    {
        var path = Path();
        for (var time = 0; time < 2; time++) // From the service, and then from the cache.
        {
            using var answer = await gateway.SendAsync("GET", path, null, null, ("Accept-Encoding", coding));
            Assert.Equal(coding == "identity" ? "" : coding, string.Join(',', answer.Content.Headers.ContentEncoding));
            Assert.Equal(tag, answer.Headers.ETag!.ToString());
            using var text = await JsonDocument.ParseAsync(await DecodedAsync(answer),
                cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(2_000, text.RootElement.GetProperty("text").GetString()!.Length);
        }
        using var same = await gateway.SendAsync(
            "GET", path, null, null, ("Accept-Encoding", coding), ("If-None-Match", tag));
        Assert.Equal((HttpStatusCode.NotModified, tag), (same.StatusCode, same.Headers.ETag!.ToString()));
    }

    [Fact]
    public async Task Understands_the_tag_of_a_compressed_answer_in_a_condition_of_a_write()
    {
        using var write = await gateway.SendAsync("PUT", "/products/7", null, new { }, ("If-Match", "\"3-br\""));
        Assert.Equal(Etag, (await GatewayProcess.EchoAsync(write)).Headers["If-Match"]);
    }

    [Fact]
    public async Task Says_to_HEAD_what_GET_would_say_and_keeps_it_apart()
    {
        var path = Path();
        using var head = await gateway.SendAsync("HEAD", path, null, null, ("Accept-Encoding", "br"));
        using var get = await gateway.SendAsync("GET", path, null, null, ("Accept-Encoding", "br"));
        using var headAgain = await gateway.SendAsync("HEAD", path);
        Assert.NotEmpty(await get.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        foreach (var answer in new[] { head, headAgain })
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
        Assert.Equal(Said(get), Said(head));
        Assert.Equal(Etag, headAgain.Headers.ETag!.ToString());
        Assert.True(headAgain.Content.Headers.ContentLength > 2_000);
    }

    [Fact]
    public async Task Gives_no_client_the_quota_of_another_with_a_kept_answer()
    {
        var path = Path();
        await NumberAsync(path);
        using var kept = await gateway.SendAsync("GET", path, gateway.Operator);
        Assert.StartsWith("\"operator\"", kept.Headers.GetValues("RateLimit").Single(), StringComparison.Ordinal);
    }

    private static (string Type, string Coding, string Tag, string Vary) Said(HttpResponseMessage answer) => (
        answer.Content.Headers.ContentType!.ToString(), string.Join(',', answer.Content.Headers.ContentEncoding),
        answer.Headers.ETag!.ToString(), answer.Headers.Vary.ToString());

    private static string Path() => "/products/numbered/" + Guid.NewGuid();

    private async Task<int> NumberAsync(string path, string? token = null)
    {
        using var answer = await gateway.SendAsync("GET", path, token);
        answer.EnsureSuccessStatusCode();
        using var text = JsonDocument.Parse(
            await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return text.RootElement.GetProperty("number").GetInt32();
    }

    private static async Task<Stream> DecodedAsync(HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStreamAsync();
        return answer.Content.Headers.ContentEncoding.SingleOrDefault() switch
        {
            "br" => new BrotliStream(body, CompressionMode.Decompress),
            "gzip" => new GZipStream(body, CompressionMode.Decompress),
            _ => body,
        };
    }
}
