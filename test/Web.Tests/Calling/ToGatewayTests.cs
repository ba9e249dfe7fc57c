using System.Net;
using Microsoft.AspNetCore.Http;
using Tessera.PageDefaults;
using Tessera.ServiceDefaults;

namespace Tessera.Web.Tests.Calling;

/// <summary>For whom the pages ask the gateway.</summary>
public sealed class ToGatewayTests
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private const string Visitor = "203.0.113.7";

    [Fact]
    public async Task Asks_in_the_visitors_name_with_the_proof_that_it_may()
    {
        var asked = await AskAsync(Secret, "127.0.0.1");
        Assert.Equal("http://gateway:8080/api/v1/products", asked.RequestUri!.AbsoluteUri);
        Assert.Equal("shop.example", asked.Headers.Host);
        Assert.Equal([Secret], asked.Headers.GetValues("X-Tessera-Pages"));
        Assert.Equal([Visitor], asked.Headers.GetValues("X-Tessera-Visitor"));
    }

    [Fact]
    public async Task Takes_only_the_gateways_word_for_who_the_visitor_is()
    {
        var asked = await AskAsync(Secret, "198.51.100.1");
        Assert.False(asked.Headers.Contains("X-Tessera-Visitor"));
    }

    [Fact]
    public async Task Is_a_client_like_any_other_without_a_secret()
    {
        var asked = await AskAsync(null, "127.0.0.1");
        Assert.False(asked.Headers.Contains("X-Tessera-Pages"));
        Assert.False(asked.Headers.Contains("X-Tessera-Visitor"));
    }

    private static async Task<HttpRequestMessage> AskAsync(string? secret, string peer)
    {
        var visit = new DefaultHttpContext();
        visit.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        visit.Request.Headers["X-Forwarded-For"] = Visitor;
        using var inner = new Pretended(_ => new HttpResponseMessage(HttpStatusCode.OK));
        using var handler = new ToGateway(
            new Uri("http://gateway:8080/"), new TesseraOptions { PagesSecret = secret },
            new HttpContextAccessor { HttpContext = visit })
        {
            InnerHandler = inner,
        };
        using var http = new HttpClient(handler);
        using var answer = await http.GetAsync(
            new Uri("https://shop.example/api/v1/products"), TestContext.Current.CancellationToken);
        return Assert.Single(inner.Asked);
    }
}
