using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class BadInputTests(SampleService service) : IClassFixture<SampleService>
{
    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<Problem> PostAsync(HttpContent content, HttpStatusCode expected, int version = 1)
    {
        using var response = await service.Client(version)
            .PostAsync("/things", content, TestContext.Current.CancellationToken);
        Assert.Equal(expected, response.StatusCode);
        return await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Takes_what_fits()
    {
        using var response = await service.Http1.PostAsync(
            "/things", Json("""{"name":"pot","quantity":2,"parts":[{"size":1}]}"""),
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("{", "byte")]
    [InlineData("", "body")]
    [InlineData("nonsense", "byte 2")]
    [InlineData("null", "body")]
    [InlineData("""{"name":"pot","quantity":"two"}""", "$.quantity")]
    [InlineData("""{"name":"pot","quantity":2.5}""", "$.quantity")]
    [InlineData("""{"name":"pot","quantity":99999999999}""", "$.quantity")]
    [InlineData("""{"name":7,"quantity":1}""", "$.name")]
    [InlineData("""{"name":"pot","quantity":1,"price":1}""", "$.price")]
    [InlineData("""{"name":"pot","quantity":1,"quantity":2}""", "twice")]
    [InlineData("""{"name":null,"quantity":1}""", "null")]
    [InlineData("""{"name":"pot","quantity":1,"parts":[null]}""", "null")]
    [InlineData("[1]", "wrong type")]
    public async Task Says_where_the_json_is_wrong(string body, string named)
    {
        var problem = await PostAsync(Json(body), HttpStatusCode.BadRequest);
        Assert.Contains(named, problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_which_members_are_out_of_bounds()
    {
        var problem = await PostAsync(Json("""{"quantity":0,"parts":[{"size":9}]}"""), HttpStatusCode.BadRequest);
        Assert.Equal(["name", "parts[0].size", "quantity"], problem.Errors!.Keys.Order());
    }

    [Fact]
    public async Task Refuses_invalid_utf8()
    {
        var content = new ByteArrayContent([.. "{\"name\":\""u8, 0xC3, 0x28, .. "\",\"quantity\":1}"u8]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var problem = await PostAsync(content, HttpStatusCode.BadRequest);
        Assert.Contains("UTF-8", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_another_media_type() => await PostAsync(
        new StringContent("name=pot", Encoding.UTF8, "application/x-www-form-urlencoded"),
        HttpStatusCode.UnsupportedMediaType);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Refuses_a_body_of_20_megabytes(int version)
    {
        var problem = await PostAsync(
            Json($"{{\"name\":\"{new string('a', 20_000_000)}\"}}"), HttpStatusCode.RequestEntityTooLarge, version);
        Assert.Contains("1048576", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_too_large_a_body_that_does_not_say_its_length()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/things");
        request.Content = Json($"{{\"name\":\"{new string('a', 20_000_000)}\"}}");
        request.Headers.TransferEncodingChunked = true;
        using var response = await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Refuses_64_kilobytes_of_header(int version)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/things/{Guid.Empty}");
        request.Headers.Add("X-Long", new string('a', 64 * 1024));
        request.Version = service.Client(version).DefaultRequestVersion;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var response = await service.Client(version).SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.RequestHeaderFieldsTooLarge, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Refuses_a_method_that_is_not_there_and_names_those_that_are()
    {
        using var response = await service.Http1.DeleteAsync("/things", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Contains("POST", response.Content.Headers.Allow);
        await Problem.ReadAsync(response);
    }

    [Theory]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/things/no-uuid", HttpStatusCode.NotFound)]
    [InlineData("/things/01939d3e-0000-7000-8000-000000000000?page=x", HttpStatusCode.BadRequest)]
    public async Task Answers_a_wrong_path_with_a_problem(string path, HttpStatusCode expected)
    {
        using var response = await service.GetAsync(path);
        Assert.Equal(expected, response.StatusCode);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Writes_problems_even_to_who_accepts_only_pages()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        await Problem.ReadAsync(response);
    }

    [Fact]
    public async Task Keeps_a_failure_to_itself()
    {
        using var response = await service.GetAsync("/broken");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var problem = await Problem.ReadAsync(response);
        Assert.DoesNotContain("secret", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_the_trace_that_the_caller_began()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (await Problem.ReadAsync(response)).TraceId);
    }
}
