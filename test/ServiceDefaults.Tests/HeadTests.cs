using System.Net;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class HeadTests(SampleService service) : IClassFixture<SampleService>
{
    [Theory]
    [InlineData("/names/a", 1)]
    [InlineData("/names/a", 2)]
    [InlineData("/operators", 1)]
    [InlineData("/health/ready", 1)]
    [InlineData("/openapi/v1.json", 1)]
    [InlineData("/nowhere", 1)]
    [InlineData("/broken", 1)]
    public async Task Answers_HEAD_as_it_would_GET_without_the_body(string path, int version)
    {
        using var get = await SendAsync(HttpMethod.Get, path, version);
        using var head = await SendAsync(HttpMethod.Head, path, version);
        Assert.Equal(get.StatusCode, head.StatusCode);
        Assert.Equal(get.Content.Headers.ContentType, head.Content.Headers.ContentType);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Asks_for_a_token_where_GET_does()
    {
        using var response = await service.Http1.SendAsync(
            new HttpRequestMessage(HttpMethod.Head, "/operators"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Has_no_HEAD_where_there_is_no_GET()
    {
        using var response = await SendAsync(HttpMethod.Head, "/things", 1);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Fact]
    public async Task Names_HEAD_among_what_is_allowed()
    {
        using var response = await SendAsync(HttpMethod.Delete, "/names/a", 1);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow);
        await Problem.ReadAsync(response);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, int version)
    {
        var client = service.Client(version);
        var request = new HttpRequestMessage(method, path)
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
        };
        request.Headers.Authorization = new("Bearer", service.Tokens.Operator(Guid.NewGuid()));
        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
