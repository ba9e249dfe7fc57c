using System.Text.Json;

namespace Tessera.ServiceDefaults.Tests;

public sealed class GatewayPrefixTests(SampleService service) : IClassFixture<SampleService>
{
    [Theory]
    [InlineData(null, "/things/1")]
    [InlineData("/api/v1", "/api/v1/things/1")]
    [InlineData("/api/v1/services/sample", "/api/v1/services/sample/things/1")]
    [InlineData("//elsewhere.example", "/things/1")]
    [InlineData("http://elsewhere.example", "/things/1")]
    [InlineData("/api/v1/", "/things/1")]
    [InlineData("/a\\b", "/things/1")]
    public async Task Says_where_a_thing_is_in_the_gateways_words(string? prefix, string location)
    {
        using var response = await SendAsync(HttpMethod.Post, "/made", prefix);
        Assert.Equal(location, response.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task Names_the_whole_path_in_a_problem()
    {
        using var response = await SendAsync(HttpMethod.Get, "/nowhere", "/api/v1");
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"instance\":\"/api/v1/nowhere\"", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, new string[0])]
    [InlineData("/api/v1", new[] { "/api/v1" })]
    [InlineData("/api/v1/services/sample", new[] { "/api/v1" })]
    public async Task Describes_itself_where_it_stands(string? prefix, string[] servers)
    {
        using var response = await SendAsync(HttpMethod.Get, "/openapi/v1.json", prefix);
        using var document = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var urls = document.RootElement.TryGetProperty("servers", out var listed)
            ? listed.EnumerateArray().Select(server => server.GetProperty("url").GetString()!).ToArray()
            : [];
        Assert.Equal(servers, urls);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? prefix)
    {
        using var request = new HttpRequestMessage(method, path);
        if (prefix is not null) request.Headers.TryAddWithoutValidation("X-Forwarded-Prefix", prefix);
        return await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
