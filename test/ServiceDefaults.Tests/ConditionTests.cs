using System.Net;
using Tessera.Testing.Services;

namespace Tessera.ServiceDefaults.Tests;

public sealed class ConditionTests(SampleService service) : IClassFixture<SampleService>
{
    [Theory]
    [InlineData("If-Match", "3")]
    [InlineData("If-Match", "\"3")]
    [InlineData("If-Match", "")]
    [InlineData("If-Match", "\"3\", four")]
    [InlineData("If-None-Match", "3")]
    public async Task Refuses_a_condition_that_cannot_be_read(string header, string value)
    {
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Post })
        {
            using var response = await SendAsync(method, header, value);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains(header, (await Problem.ReadAsync(response)).Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("If-Match", "\"3\"")]
    [InlineData("If-Match", "*")]
    [InlineData("If-None-Match", "*")]
    [InlineData("If-Unmodified-Since", "Sat, 01 Jan 2000 00:00:00 GMT")]
    [InlineData("If-Unmodified-Since", "yesterday")]
    public async Task Changes_nothing_under_a_condition_that_nobody_checks(string header, string value)
    {
        using var response = await SendAsync(HttpMethod.Post, header, value);
        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        Assert.Contains(header, (await Problem.ReadAsync(response)).Detail, StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string header, string value)
    {
        using var request = new HttpRequestMessage(method, method == HttpMethod.Get ? "/names/a" : "/things");
        if (method == HttpMethod.Post) request.Content = JsonContent.Create(new Thing("pot", 1));
        request.Headers.TryAddWithoutValidation(header, value);
        return await service.Http1.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
