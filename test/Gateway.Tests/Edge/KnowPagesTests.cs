using System.Net;

namespace Tessera.Gateway.Tests.Edge;

/// <summary>One request a second is what a client gets.</summary>
public sealed class GatewayWithPages : GatewayProcess
{
    public const string Secret = "what only the pages and the gateway know";

    protected override (string Key, string Value)[] Settings =>
        [("Tessera:PagesSecret", Secret), ("Gateway:AnonymousPerSecond", "1")];
}

public sealed class KnowPagesTests(GatewayWithPages gateway) : IClassFixture<GatewayWithPages>
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Counts_what_the_pages_ask_as_their_visitors_and_not_as_one_clients()
    {
        var visitors = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(number => AskAsync($"203.0.113.{number}", GatewayWithPages.Secret)));
        Assert.All(visitors, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var one = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(_ => AskAsync("203.0.113.99", GatewayWithPages.Secret)));
        Assert.Contains(one, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Goes_on_with_the_pages_trace_and_tells_services_the_visitor_and_never_the_proof()
    {
        var echo = await GatewayProcess.EchoAsync(await AskAsync("198.51.100.7", GatewayWithPages.Secret));
        Assert.Equal("198.51.100.7", echo.Headers["X-Forwarded-For"]);
        Assert.Equal(TraceId, echo.Headers["traceparent"].Split('-')[1]);
        Assert.DoesNotContain(echo.Headers.Keys, IsOfPages);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("what only the pages and the gateway knoW")]
    [InlineData("what")]
    public async Task Believes_nobody_else_whom_it_asks_for(string? proof)
    {
        var answers = await Task.WhenAll(
            Enumerable.Range(1, 30).Select(number => AskAsync($"192.0.2.{number}", proof)));
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        foreach (var answer in answers.Where(answer => answer.IsSuccessStatusCode))
        {
            var echo = await GatewayProcess.EchoAsync(answer);
            Assert.Equal("127.0.0.1", echo.Headers["X-Forwarded-For"]);
            Assert.NotEqual(TraceId, echo.Headers["traceparent"].Split('-')[1]);
            Assert.DoesNotContain(echo.Headers.Keys, IsOfPages);
        }
    }

    private static bool IsOfPages(string header) =>
        header.StartsWith("X-Tessera-", StringComparison.OrdinalIgnoreCase);

    // Each asks for something else: an answer that is kept was given to another client.
    private Task<HttpResponseMessage> AskAsync(string visitor, string? proof)
    {
        (string, string)[] headers =
            [("X-Tessera-Visitor", visitor), ("traceparent", $"00-{TraceId}-b7ad6b7169203331-01")];
        return gateway.SendAsync(
            "GET", "/api/v1/products/" + Guid.NewGuid(),
            headers: proof is null ? headers : [.. headers, ("X-Tessera-Pages", proof)]);
    }
}
