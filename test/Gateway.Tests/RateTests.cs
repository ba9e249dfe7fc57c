using System.Net;
using Tessera.Testing;
using Tessera.Testing.Services;

namespace Tessera.Gateway.Tests;

public sealed class RateTests(StrictGatewayProcess gateway) : IClassFixture<StrictGatewayProcess>
{
    [Theory]
    [InlineData("GET", "/api/v1/products")]
    [InlineData("POST", "/connect/token")]
    public async Task Slows_down_a_client_that_asks_too_often(string method, string path)
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => gateway.SendAsync(method, path)));
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).ToArray();
        Assert.NotEmpty(refused);
        Assert.NotNull(refused[0].Headers.RetryAfter);
        await Problem.ReadAsync(refused[0]);
        // Slowed down, not shut out. The tests before may have left the address nothing at once.
        await Eventually.HoldsAsync("something comes through", async () =>
        {
            using var answer = await gateway.SendAsync(method, path);
            return answer.StatusCode != HttpStatusCode.TooManyRequests;
        });
    }

    [Theory]
    [InlineData(null)]
    [InlineData("no.good.token")]
    public async Task Slows_down_who_is_refused_for_his_token(string? token)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => gateway.SendAsync("GET", "/api/v1/orders", token)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Answers_probes_however_much_is_asked()
    {
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => gateway.SendAsync("GET", "/api/v1/products")));
        foreach (var path in new[] { "/health/live", "/health/ready", "/health/started" })
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => gateway.SendAsync("GET", path)));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }
    }

    [Fact]
    public async Task Counts_what_is_no_probe_though_it_stands_beside_them()
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => gateway.SendAsync("GET", "/health/other")));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Counts_each_client_for_itself()
    {
        await Task.WhenAll(
            Enumerable.Range(0, 30).Select(_ => gateway.SendAsync("GET", "/api/v1/orders", gateway.Customer)));
        using var another = await gateway.SendAsync("GET", "/api/v1/orders", gateway.Tokens.Customer(Guid.NewGuid()));
        using var anOperator = await gateway.SendAsync("GET", "/api/v1/orders", gateway.Operator);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (another.StatusCode, anOperator.StatusCode));
    }
}
